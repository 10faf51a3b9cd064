"""A report in headless Chromium: it opens from a file, asks for nothing, and can be used from the keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from browser import Browser

pytestmark = pytest.mark.slow

Open = Callable[[Path], Browser]


def test_a_page_opens_from_a_file_and_neither_complains_nor_asks_for_anything(
    reports: dict[str, Path], browser: Open
) -> None:
    found = browser(reports["lv"] / "report.html").run(
        "say('title', document.title); say('figures', document.querySelectorAll('figure svg').length);"
        "say('tables', document.querySelectorAll('table tbody tr').length);"
    )
    assert ([], [], None) == (found["console"], found["asked"], found.get("refused"))
    assert found["title"].startswith("IZDOMĀTS")
    assert found["figures"] == len(list((reports["lv"] / "figures").glob("*.svg")))
    assert 100 < found["tables"]


def test_the_browser_would_tell_of_a_request_and_of_an_error(reports: dict[str, Path], browser: Open) -> None:
    found = browser(reports["en"] / "report.html").run(
        "const picture = new Image(); picture.src = 'http://127.0.0.1:9/x.png'; document.body.append(picture);"
        "setTimeout(() => undefinedName(), 10);"
    )
    assert ["http://127.0.0.1:9/x.png"] == found["refused"]
    assert any("undefinedName" in line for line in found["console"])


def test_a_table_is_sorted_by_the_button_of_a_column(reports: dict[str, Path], browser: Open) -> None:
    found = browser(reports["en"] / "report.html").run(
        "const table = document.getElementById('points-again-scores-table');"
        "const keys = () => [...table.tBodies[0].rows].map((row) => Number(row.cells[1].dataset.key));"
        "const button = table.tHead.rows[0].cells[1].querySelector('button');"
        "button.focus(); say('focused', document.activeElement === button);"
        "button.click(); say('up', keys()); say('state', button.parentElement.getAttribute('aria-sort'));"
        "button.click(); say('down', keys());"
    )
    assert found["focused"]
    assert "ascending" == found["state"]
    assert sorted(found["up"]) == found["up"]
    assert found["up"][::-1] == found["down"]
    assert 1 < len(set(found["up"]))


def test_everything_that_can_be_used_is_reached_by_tab(reports: dict[str, Path], browser: Open) -> None:
    found = browser(reports["en"] / "report.html").run(
        "const all = [...document.querySelectorAll('a[href], button, [tabindex]')]; say('all', all.length);"
        "say('reached', all.filter((each) => { each.focus();"
        " return each.tabIndex === 0 && document.activeElement === each; }).length);"
    )
    assert 20 < found["all"] == found["reached"]


def test_nothing_is_wider_than_a_narrow_window(reports: dict[str, Path], browser: Open) -> None:
    found = browser(reports["lv"] / "report.html").run(
        "document.body.style.width = '400px'; say('wide', [...document.querySelectorAll('h1, h2, h3, p, article, svg')]"
        ".filter((each) => !each.closest('.wide') && each.getBoundingClientRect().width > 401)"
        ".map((each) => each.tagName));"
    )
    assert [] == found["wide"]


def test_the_page_forbids_every_request(reports: dict[str, Path]) -> None:
    text = (reports["en"] / "report.html").read_text(encoding="utf-8")
    assert re.search(r"Content-Security-Policy\" content=\"default-src 'none';", text)
