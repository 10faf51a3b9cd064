"""The written results section: methods, sample, results and limits, every sentence made from numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator

from rvn.report.cards import about, answer, lock
from rvn.report.said import Said, capital
from rvn.study.results import Analysis, Results

SENTENCES = {
    "methods_plan": {
        "en": "The study asks: {question} {lock}",
        "lv": "Pētījuma jautājums: {question} {lock}",
    },
    "methods_scores": {
        "en": "{score} was {what}.",
        "lv": "{score}: {what}.",
    },
    "scored": {"en": "scored by {reference}", "lv": "aprēķināts pēc {reference}"},
    "recorded": {"en": "taken as recorded in the data ({output})", "lv": "kā ierakstīts datos ({output})"},
    "methods_outcome": {
        "en": "The event was {event}{window}; source: {source}.",
        "lv": "Notikums: {event}{window}; avots: {source}.",
    },
    "within": {"en": " {window}", "lv": " {window}"},
    "methods_intervals": {
        "en": "All intervals are {level}% intervals. Statistics were computed with rvn {version}; the methods and "
        "their references are listed in the report.",
        "lv": "Visi intervāli ir {level} % ticamības intervāli. Statistika aprēķināta ar rvn {version}; metodes un "
        "atsauces uzskaitītas pārskatā.",
    },
    "methods_auc": {
        "en": "AUC is the area under the ROC curve: the share of pairs of a person with the event and one without it "
        "in which the one with it has the higher score; 0.5 is chance, 1 is perfect.",
        "lv": "AUC ir laukums zem ROC līknes: cik lielā daļā pāru, ko veido persona ar notikumu un persona bez tā, "
        "augstāks vērtējums ir personai ar notikumu; 0,5 ir nejaušība, 1 – pilnīga izšķirtspēja.",
    },
    "methods_e_over_o": {
        "en": "E/O is the number of events that published risks expect over the number observed: above 1 the risks are "
        "too high, below 1 too low.",
        "lv": "E/O ir pēc publicētajiem riskiem sagaidāmo un novēroto notikumu skaita attiecība: virs 1 riski ir par "
        "augstu, zem 1 – par zemu.",
    },
    "sample": {
        "en": "Rows in the data: {rows}; left after the exclusions of the plan: {left}.",
        "lv": "Rindu skaits datos: {rows}; pēc plānā paredzētās atlases paliek: {left}.",
    },
    "sample_outcome": {
        "en": "{outcome}: {n} people were analysed; the rate of the event was {rate}.",
        "lv": "{outcome}: analizēto personu skaits – {n}; notikuma biežums – {rate}.",
    },
    "sample_analysis": {
        "en": "{score}, {outcome}: {n} people were analysed; the rate of the event was {rate}.",
        "lv": "{score}, iznākums „{outcome}”: analizēto personu skaits – {n}; notikuma biežums – {rate}.",
    },
    "result_auc": {
        "en": "{score} told people with and without {outcome} apart with an AUC of {auc}.",
        "lv": "{score}, iznākums „{outcome}”: izšķirtspēja (AUC) – {auc}.",
    },
    "result_levels": {
        "en": "The rate was {rates}.",
        "lv": "Notikuma biežums: {rates}.",
    },
    "result_calibration": {
        "en": "Expected over observed was {ratio}.",
        "lv": "Sagaidāmo un novēroto gadījumu attiecība bija {ratio}.",
    },
    "result_groups": {
        "en": "AUC by {grouping}: {rows}.",
        "lv": "AUC pēc pazīmes „{grouping}”: {rows}.",
    },
    "result_agreement": {
        "en": "Raters of {score}: {measures} ({n}).",
        "lv": "Vērtētāju saskaņa, {score}: {measures} ({n}).",
    },
    "verdict": {"en": "{about}: {verdict}. {estimate}", "lv": "{about}: {verdict}. {estimate}"},
    "limit_follow_up": {
        "en": "The data do not say for how long each person could be observed for {outcome}, so follow-up was not "
        "verified.",
        "lv": "Datos nav norādīts, cik ilgi katru personu varēja novērot (iznākums „{outcome}”), tāpēc novērošanas "
        "ilgums nav pārbaudīts.",
    },
    "limit_window": {
        "en": "The source does not state within which time {outcome} counts.",
        "lv": "Avotā nav norādīts, kādā laikā iznākums „{outcome}” skaitās.",
    },
    "limit_recalled": {
        "en": "{score} rests on facts that nobody has checked against their source: {parts}.",
        "lv": "{score} balstās uz faktiem, ko neviens nav pārbaudījis pēc avota: {parts}.",
    },
    "limit_open": {
        "en": "For {n} of the criteria there were not enough data; their verdicts say how many more people would be "
        "needed.",
        "lv": "Kritēriji, kuriem nepietika datu: {n}; pie vērtējuma norādīts, cik personu vēl vajadzētu.",
    },
    "limit_association": {
        "en": "Results describe this sample and these sources; an event that no source records is counted as none.",
        "lv": "Rezultāti raksturo šo izlasi un šos avotus; notikums, ko avotos neieraksta, skaitās kā nenoticis.",
    },
}

HEADINGS = {
    "methods": {"en": "Methods", "lv": "Metodes"},
    "sample": {"en": "Sample", "lv": "Izlase"},
    "results": {"en": "Results", "lv": "Rezultāti"},
    "limits": {"en": "Limits", "lv": "Ierobežojumi"},
}


def narrative(results: Results, said: Said) -> dict[str, list[str]]:
    """Return the paragraphs of the results section, by the part they stand in."""
    return {
        "methods": list(_methods(results, said)),
        "sample": list(_sample(results, said)),
        "results": list(_results(results, said)),
        "limits": list(_limits(results, said)),
    }


def _say(said: Said, name: str, **values: object) -> str:
    return SENTENCES[name][said.language].format(**values)


def _methods(results: Results, said: Said) -> Iterator[str]:
    yield _say(said, "methods_plan", question=said.words(results.question), lock=lock(results, said)).strip()
    for score in results.scores:
        what = _say(said, "scored", reference=score.reference) if score.reference else ""
        what = what or _say(said, "recorded", output=score.output)
        yield _say(said, "methods_scores", score=said.score(score.id), what=what)
    for outcome in results.outcomes:
        window = said.window(outcome.id)
        within = _say(said, "within", window=window) if window else ""
        source = said.words(outcome.source).rstrip(".")
        yield _say(said, "methods_outcome", event=said.outcome(outcome.id), window=within, source=source)
    if results.analyses:
        yield _say(said, "methods_auc")
    if any(analysis.calibration is not None for analysis in results.analyses):
        yield _say(said, "methods_e_over_o")
    yield _say(said, "methods_intervals", level=said.confidence, version=results.software.get("rvn", ""))


def _sample(results: Results, said: Said) -> Iterator[str]:
    if results.flow:
        rows = said.count(results.flow[0].left)
        yield _say(said, "sample", rows=rows, left=said.people(results.flow[-1].left))
    for outcome in results.outcomes:
        found = [analysis for analysis in results.analyses if analysis.outcome == outcome.id]
        rates = [said.estimate(analysis.base_rate) for analysis in found]
        name = capital(said.outcome(outcome.id))
        if len({(analysis.n, rate) for analysis, rate in zip(found, rates, strict=True)}) == 1:
            yield _say(said, "sample_outcome", outcome=name, n=said.count(found[0].n), rate=rates[0])
            continue
        for analysis, rate in zip(found, rates, strict=True):
            yield _say(said, "sample_analysis", **_names(analysis, said), n=said.count(analysis.n), rate=rate)


def _results(results: Results, said: Said) -> Iterator[str]:
    yield answer(results, said)
    for verdict in results.verdicts:
        estimate = said.estimate(verdict.estimates[0]) + "." if verdict.estimates else ""
        words = {"about": about(verdict, said), "verdict": said.phrase(verdict.verdict), "estimate": estimate}
        yield _say(said, "verdict", **words).strip()
    for analysis in results.analyses:
        yield " ".join(_of_analysis(analysis, said))
    for found in results.agreement:
        measures = "; ".join(f"{said.measure(each.name)} {said.estimate(each)}" for each in found.measures)
        words = {"score": said.score(found.score), "measures": measures, "n": said.people(found.people)}
        yield _say(said, "result_agreement", **words)


def _of_analysis(analysis: Analysis, said: Said) -> Iterator[str]:
    yield _say(said, "result_auc", **_names(analysis, said), auc=said.estimate(analysis.auc))
    if analysis.levels:
        rates = "; ".join(
            f"{said.at_level(analysis.score, row.level)} {said.estimate(row.rate)}" for row in analysis.levels
        )
        yield _say(said, "result_levels", rates=rates)
    if analysis.calibration is not None:
        yield _say(said, "result_calibration", ratio=said.estimate(analysis.calibration.expected_observed))
    for grouping in analysis.groupings:
        rows = "; ".join(f"{said.words(row.label, row.group)} {said.estimate(row.auc)}" for row in grouping.rows)
        yield _say(said, "result_groups", grouping=said.words(grouping.title, grouping.id), rows=rows)


def _limits(results: Results, said: Said) -> Iterator[str]:
    for outcome in results.outcomes:
        if outcome.observed == "not verified":
            yield _say(said, "limit_follow_up", outcome=said.outcome(outcome.id))
        if math.isnan(outcome.window):
            yield _say(said, "limit_window", outcome=said.outcome(outcome.id))
    for score in results.scores:
        if score.accepted:
            yield _say(said, "limit_recalled", score=said.score(score.id), parts=", ".join(score.accepted))
    n_open = sum(verdict.verdict == "not enough data" for verdict in results.verdicts)
    if n_open:
        yield _say(said, "limit_open", n=n_open)
    yield _say(said, "limit_association")


def _names(analysis: Analysis, said: Said) -> dict[str, str]:
    return {"score": said.score(analysis.score), "outcome": said.outcome(analysis.outcome)}
