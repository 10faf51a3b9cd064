"""Writes a report as one page that needs nothing else: styles, scripts and figures stand in it."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from rvn.report.document import FigureBlock, Paragraph, Report, TableBlock
from rvn.report.figures.drawing import inline
from rvn.report.phrases import phrase

TEMPLATES = Path(__file__).parent / "templates"


def page(report: Report) -> str:
    """Return a report as HTML; everything that comes from data is escaped."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    kinds = {FigureBlock: "figure", TableBlock: "table", Paragraph: "paragraph"}
    return environment.get_template("page.html").render(
        report=report,
        style=Markup((TEMPLATES / "page.css").read_text(encoding="utf-8")),
        script=Markup((TEMPLATES / "page.js").read_text(encoding="utf-8")),
        kind=lambda block: kinds[type(block)],
        drawn=lambda figure: Markup(inline(figure)),
        picture=Markup,
        named=lambda verdict: verdict.replace(" ", "-"),
        say=lambda name, **values: phrase(name, report.language, **values),
    )
