"""The first screen: the answer that the criteria add up to, a line an outcome, and a card a criterion.

However many criteria there are, the lines at the top stay as many as there are outcomes: within a line criteria of the
same measure stand together. Cards stand under their outcome, those that are not met first.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence

from rvn.report.document import Card, CardGroup, Counted
from rvn.report.said import Said, capital
from rvn.report.strip import strip
from rvn.study.results import Grouping, Results, Verdict, VerdictWord

ORDER: tuple[VerdictWord, ...] = ("not met", "not enough data", "met")


def answer(results: Results, said: Said) -> str:
    """Return how many criteria are met, not met, or cannot be judged."""
    if not results.verdicts:
        return said.phrase("no_criteria")
    found = Counter(verdict.verdict for verdict in results.verdicts)
    words = {
        "n": len(results.verdicts),
        "met": found["met"],
        "not_met": found["not met"],
        "open": found["not enough data"],
    }
    return said.phrase("answer", **words)


def lock(results: Results, said: Said) -> str:
    """Return whether the plan is the one that was locked."""
    plan = results.plan
    if plan.state == "not locked" or not plan.locks:
        return said.phrase("locked_not")
    on = plan.locks[-1].on[:10]
    if plan.state == "matches":
        return said.phrase("locked_matches", on=on)
    return said.phrase("locked_differs", on=on, changed=", ".join(plan.changed))


def groups(results: Results, said: Said) -> tuple[CardGroup, ...]:
    """Return the verdicts by what they are about: each outcome, in the order of the plan, and raters last."""
    made: list[CardGroup] = []
    for outcome in [*(each.id for each in results.outcomes), None]:
        found = [each for each in results.verdicts if each.outcome == outcome]
        found.sort(key=lambda verdict: ORDER.index(verdict.verdict))  # stable: the order of the plan within a word
        if found:
            title = capital(said.outcome(outcome)) if outcome else said.phrase("agreement")
            id = f"verdicts-{len(made) + 1}"
            cards = tuple(card(verdict, said, f"{id}-{place}") for place, verdict in enumerate(found, 1))
            made.append(CardGroup(id, title, tuple(_counted(found, cards, said)), cards))
    return tuple(made)


def _counted(verdicts: Sequence[Verdict], cards: Sequence[Card], said: Said) -> Iterator[Counted]:
    for word in ORDER:
        of_word = [pair for pair in zip(verdicts, cards, strict=True) if pair[0].verdict == word]
        if of_word:
            measures: dict[str, list[str]] = {}
            for verdict, made in of_word:
                measures.setdefault(verdict.measure, []).append(made.id)
            links = tuple((_several(said.measure(name), len(ids)), ids[0]) for name, ids in measures.items())
            yield Counted(word, said.phrase(f"{word} many"), len(of_word), links)


def _several(name: str, number: int) -> str:
    return name if number == 1 else f"{name} ({number})"


def card(verdict: Verdict, said: Said, id: str) -> Card:
    """Return a verdict as it stands on the first screen, under its outcome."""
    sentences = [*_plainly(verdict, said), _asked(verdict, said), _found(verdict, said), *_more(verdict, said)]
    if verdict.not_judged:
        names = group_names(verdict, said)
        small = ", ".join(names.get(group, group) for group in verdict.not_judged)
        sentences.append(said.phrase("too_small", groups=small))
    if verdict.note:
        sentences.append(said.phrase("because_of", note=said.note(verdict.note)))
    if reason := said.words(verdict.because):
        sentences.append(reason)
    word = capital(said.phrase(verdict.verdict))
    about = _about(verdict, said, with_outcome=False)
    return Card(id, verdict.verdict, word, about, tuple(sentences), strip(verdict, said))


def about(verdict: Verdict, said: Said) -> str:
    """Return what a verdict is about, in a few words."""
    return _about(verdict, said, with_outcome=True)


def _about(verdict: Verdict, said: Said, *, with_outcome: bool) -> str:
    measure = capital(said.measure(verdict.measure))
    score = said.score(verdict.score) if verdict.score else verdict.raters or ""
    if verdict.outcome and with_outcome:
        words = said.phrase("about", measure=measure, score=score, outcome=said.outcome(verdict.outcome))
    else:
        words = said.phrase("about_score", measure=measure, score=score)
    if verdict.grouping:
        words += ", " + said.phrase("by_grouping", grouping=grouping(verdict, said))
    if verdict.cut and verdict.score:
        words += ", " + said.phrase("from_cut", cut=said.level(verdict.score, verdict.cut))
    return words


def grouping(verdict: Verdict, said: Said) -> str:
    """Return what the grouping of a verdict is called."""
    found = _grouping(verdict, said)
    return (verdict.grouping or "") if found is None else said.words(found.title, found.id)


def group_names(verdict: Verdict, said: Said) -> dict[str, str]:
    """Return what the groups of a verdict are called."""
    found = _grouping(verdict, said)
    return {} if found is None else {row.group: said.words(row.label, row.group) for row in found.rows}


def _grouping(verdict: Verdict, said: Said) -> Grouping | None:
    every = (found for analysis in said.results.analyses for found in analysis.groupings)
    return next((found for found in every if found.id == verdict.grouping), None)


def _plainly(verdict: Verdict, said: Said) -> list[str]:
    estimate = verdict.estimates[0] if verdict.estimates else None
    if estimate is None or math.isnan(estimate.value) or estimate.status == "suppressed":
        return []
    if verdict.measure == "auc":
        return [said.phrase("plain_auc", of_100=said.number(100 * estimate.value, 0))]
    if verdict.measure == "e_over_o":
        return [said.phrase("plain_e_over_o", of_100=said.number(100 * estimate.value, 0))]
    if verdict.measure == "rise between levels":
        return [said.phrase("plain_rise", points=said.number(100 * estimate.value, 1))]
    if "group" in estimate.at and "reference" in estimate.at:
        names = group_names(verdict, said)
        group, reference = (names.get(str(estimate.at[key]), str(estimate.at[key])) for key in ("group", "reference"))
        return [said.phrase("plain_difference", group=group, reference=reference)]
    return []


def _asked(verdict: Verdict, said: Said) -> str:
    by = said.phrase(f"by {verdict.judged_by}")
    if verdict.between is not None:
        low, high = (said.plain(limit) for limit in verdict.between)
        return said.phrase("asked_between", low=low, high=high, by=by)
    if verdict.at_least is not None:
        return said.phrase("asked_at_least", limit=said.plain(verdict.at_least), by=by)
    return said.phrase("asked_at_most", limit=said.plain(verdict.at_most or 0.0), by=by)


def _found(verdict: Verdict, said: Said) -> str:
    if not verdict.estimates:
        return said.phrase("found_nothing")
    return said.phrase("found", estimate=said.estimate(verdict.estimates[0]))


def _more(verdict: Verdict, said: Said) -> list[str]:
    if verdict.more_people is None:
        return []
    people = said.count(verdict.more_people)
    if verdict.more_events is None:
        return [said.phrase("more", people=people)]
    return [said.phrase("more_events", people=people, events=said.count(verdict.more_events))]
