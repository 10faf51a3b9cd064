"""The first screen: each criterion with its verdict, a sentence and a picture, and the answer that they add up to."""

from __future__ import annotations

import math
from collections import Counter

from rvn.report.document import Card
from rvn.report.said import Said, capital
from rvn.report.strip import strip
from rvn.study.results import Grouping, Results, Verdict


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


def card(verdict: Verdict, said: Said) -> Card:
    """Return a verdict as it stands on the first screen."""
    sentences = [*_plainly(verdict, said), _asked(verdict, said), _found(verdict, said), *_more(verdict, said)]
    if verdict.not_judged:
        names = group_names(verdict, said)
        small = ", ".join(names.get(group, group) for group in verdict.not_judged)
        sentences.append(said.phrase("too_small", groups=small))
    if reason := said.words(verdict.because):
        sentences.append(reason)
    word = said.phrase(verdict.verdict)
    return Card(verdict.verdict, word, about(verdict, said), tuple(sentences), strip(verdict, said))


def about(verdict: Verdict, said: Said) -> str:
    """Return what a verdict is about, in a few words."""
    measure = capital(said.measure(verdict.measure))
    score = said.score(verdict.score) if verdict.score else verdict.raters or ""
    if verdict.outcome:
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
