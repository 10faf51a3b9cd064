"""A report in headless Chromium: it opens from a file, asks for nothing, and can be used from the keyboard."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from browser import Browser

pytestmark = pytest.mark.slow

Open = Callable[..., Browser]
FOCUSED = "[document.activeElement.tagName, document.activeElement.id, document.activeElement.textContent.slice(0, 40)]"
SORTED = "points-again-scores-table"
KEYS = f"[...document.getElementById('{SORTED}').tBodies[0].rows].map((row) => Number(row.cells[1].dataset.key))"


def test_a_page_opens_from_a_file_and_neither_complains_nor_asks_for_anything(
    reports: dict[str, Path], browser: Open
) -> None:
    with browser(reports["lv"] / "report.html") as page:
        assert page.say("document.title").startswith("IZDOMĀTS")
        drawn = page.say(
            "[...document.querySelectorAll('figure svg')]"
            ".filter((each) => each.getBoundingClientRect().height > 50).length"
        )
        rows = page.say("document.querySelectorAll('table tbody tr').length")
        assert [] == page.complaints
        assert [f"file://{reports['lv'] / 'report.html'}"] == page.asked
    assert len(list((reports["lv"] / "figures").glob("*.svg"))) == drawn
    assert 50 < rows


def test_the_browser_would_tell_of_a_request_and_of_an_error(reports: dict[str, Path], browser: Open) -> None:
    with browser(reports["en"] / "report.html") as page:
        page.say(
            "(() => { const picture = new Image(); picture.src = 'http://127.0.0.1:9/x.png';"
            " document.body.append(picture); setTimeout(() => undefinedName(), 1); })()"
        )
        page.say("new Promise((done) => setTimeout(done, 300))")
        assert any("127.0.0.1:9" in each for each in page.complaints)
        assert any("undefinedName" in each for each in page.complaints)


def test_tab_goes_through_all_that_can_be_used_in_its_order(reports: dict[str, Path], browser: Open) -> None:
    with browser(reports["lv"] / "report.html") as page:
        wanted = page.say("document.querySelectorAll('a[href], button, [tabindex]').length")
        reached = []
        for _ in range(wanted):
            page.press("Tab")
            reached.append(
                page.say(
                    "[...document.querySelectorAll('a[href], button, [tabindex]')].indexOf(document.activeElement)"
                )
            )
        assert 20 < wanted
        assert list(range(wanted)) == reached


def test_the_first_tab_and_enter_lead_to_the_verdicts(reports: dict[str, Path], browser: Open) -> None:
    with browser(reports["en"] / "report.html") as page:
        page.press("Tab")
        assert "Skip to the verdicts" == page.say(FOCUSED)[2]
        assert 0 <= page.say("document.activeElement.getBoundingClientRect().left")
        page.press("Enter")
        assert "#verdicts" == page.say("location.hash")


@pytest.mark.parametrize("key", ["Enter", " "])
def test_a_table_is_sorted_by_a_key_on_the_heading_of_a_column(
    reports: dict[str, Path], browser: Open, key: str
) -> None:
    with browser(reports["en"] / "report.html") as page:
        page.say(f"document.getElementById('{SORTED}').closest('.wide').focus()")
        page.press("Tab")
        page.press("Tab")
        assert ["BUTTON", "", "People"] == page.say(FOCUSED)
        page.press(key)
        up, state = page.say(KEYS), page.say("document.activeElement.parentElement.getAttribute('aria-sort')")
        page.press(key)
        down = page.say(KEYS)
    assert "ascending" == state
    assert sorted(up) == up
    assert up[::-1] == down
    assert 1 < len(set(up))


def test_nothing_is_wider_than_a_narrow_window(reports: dict[str, Path], browser: Open) -> None:
    with browser(reports["lv"] / "report.html", 400) as page:
        wide = page.say(
            "[...document.querySelectorAll('h1, h2, h3, h4, p, li, article, svg')].filter((each) =>"
            " !each.closest('.wide') && each.getBoundingClientRect().right > innerWidth + 1)"
            ".map((each) => each.outerHTML.slice(0, 80))"
        )
        assert [] == wide
        assert page.say("document.documentElement.scrollWidth <= innerWidth")


def test_verdicts_begin_on_the_first_screen_and_their_summary_is_all_on_it(
    reports: dict[str, Path], browser: Open
) -> None:
    with browser(reports["en"] / "report.html") as page:
        assert 900 > page.say("document.querySelector('.summary').getBoundingClientRect().bottom")
        assert 900 > page.say("document.querySelector('article').getBoundingClientRect().top")
