"""Reports of studies: one page for a head of department and a statistician, figures, and the results section."""

from __future__ import annotations

from pathlib import Path

from rvn.report.markdown import markdown
from rvn.report.page import page
from rvn.report.sections import report
from rvn.study.results import Results
from rvn.text import Language

__all__ = ["write"]


def write(results: Results, folder: Path, *, language: Language = "en") -> tuple[Path, ...]:
    """Write ``report.html``, ``results.md`` and the figures of a study into a folder, and return the files.

    The same results give the same bytes.

    Parameters
    ----------
    results
        From `rvn.study.run.run`, or read back from ``results.json``.
    folder
        Made if it is not there.
    language
        Of the page and the figures; the results section is written in all languages, this one first.
    """
    made = report(results, language)
    figures = folder / "figures"
    figures.mkdir(parents=True, exist_ok=True)
    written = [folder / "report.html", folder / "results.md"]
    written[0].write_text(page(made), encoding="utf-8")
    written[1].write_text(markdown(results, language), encoding="utf-8")
    for figure in made.figures:
        svg, png = figures / f"{figure.id}.svg", figures / f"{figure.id}.png"
        svg.write_text(figure.svg, encoding="utf-8")
        png.write_bytes(figure.png)
        written += [svg, png]
    return tuple(written)
