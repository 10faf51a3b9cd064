"""The demonstration: what rvn does, on public data, for somebody who has never seen it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

import rvn
from rvn import catalog
from rvn.cli import problems
from rvn.cli.problems import CommandError, Format, say_json
from rvn.cli.table import heading, say, say_lines, say_table
from rvn.scoring.instrument import Instrument

if TYPE_CHECKING:
    import pandas as pd

    from rvn.scoring.result import Result
    from rvn.validation.estimate import Estimate

DECILE, RULES = "broward-decile@2016", "broward-rules@2018"
PREFIXES = {DECILE: "compas_", RULES: "rules_"}
COLUMNS = {"decile": "decile_score", "priors": "priors_count"}
SEXES = {"Male": "male", "Female": "female"}  # as the file writes them, as the instrument does
USED = ("id", "age", "sex", "priors_count", "decile_score", "two_year_recid")
OUTCOME = "two_year_recid"
EXPLAINED = 554  # whose result is explained, by the number in the file: one the rule list is wrong about
SCORED = "broward-scored.csv"


@dataclass(frozen=True)
class Demonstration:
    """Everything the demonstration shows.

    Parameters
    ----------
    frame, problems, seconds
        The scored people, the number of problems, and how long scoring took.
    rates
        Observed rates by level, by instrument.
    areas, difference
        AUC by instrument, and the one minus the other.
    accuracy, baseline
        Share of people for whom the rule list is right, and for whom always saying no would be.
    person
        The result that is explained.
    """

    frame: pd.DataFrame
    problems: int
    seconds: float
    rates: Mapping[str, tuple[Estimate, ...]]
    areas: Mapping[str, Estimate]
    difference: Estimate
    accuracy: Estimate
    baseline: Estimate
    person: Result

    def to_record(self) -> dict[str, object]:
        """Return plain values for JSON."""
        return {
            "people": len(self.frame),
            "problems": self.problems,
            "rates": {name: [rate.to_record() for rate in rates] for name, rates in self.rates.items()},
            "auc": {name: area.to_record() for name, area in self.areas.items()},
            "auc_difference": self.difference.to_record(),
            "accuracy": self.accuracy.to_record(),
            "baseline": self.baseline.to_record(),
            "person": self.person.to_record() | {"steps": self.person.explain().to_record()},
        }


def run(folder: Path, form: Format) -> None:
    """Make the demonstration, print it, and write the scored file into a folder."""
    shown = demonstrate()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CommandError(problems.CANNOT_WRITE.at(file=folder, why=problems.reason(error))) from None
    out = folder / SCORED
    _write(shown.frame, out)
    if form is Format.JSON:
        say_json(shown.to_record() | {"output": str(out)})
    else:
        _say(shown, out)


def _write(frame: pd.DataFrame, out: Path) -> None:
    """Write a file under another name first, so that it is there whole or not at all."""
    part = out.with_name(f".{out.name}.part")
    try:
        frame.to_csv(part, index=False, lineterminator="\n", encoding="utf-8")
        part.replace(out)
    except OSError as error:
        raise CommandError(problems.CANNOT_WRITE.at(file=out, why=problems.reason(error))) from None
    finally:
        part.unlink(missing_ok=True)


def demonstrate() -> Demonstration:
    """Return scores, validation and an explanation for the people of Broward County."""
    from rvn.validation.discrimination.auc import auc, compare_auc
    from rvn.validation.rates.observed import rates_by_level
    from rvn.validation.rates.proportions import proportion
    from rvn.validation.tally import Tally

    people = read_people()
    instruments = {reference: rvn.load(reference) for reference in PREFIXES}
    start = time.perf_counter()
    frame, found = people, 0
    for reference, instrument in instruments.items():
        own = {item: column for item, column in COLUMNS.items() if item in instrument.plan.fields}
        scored = instrument.score_frame(frame, columns=own, prefix=PREFIXES[reference])
        frame, found = scored.frame, found + len(scored.problems)
    seconds = time.perf_counter() - start

    levels = {reference: _level(instrument, frame) for reference, instrument in instruments.items()}
    outcome = frame[OUTCOME].to_numpy()
    rates = {
        reference: rates_by_level(outcome, levels[reference].to_numpy(object), _levels(instrument))
        for reference, instrument in instruments.items()
    }
    yes = (levels[RULES] == "yes").to_numpy().astype(float)
    tally = Tally({"outcome": outcome, "score": frame[COLUMNS["decile"]], "other": yes})
    areas = {
        reference: auc(tally["outcome"], tally[score], counts=tally["counts"])
        for reference, score in ((DECILE, "score"), (RULES, "other"))
    }
    person = people[people["id"] == EXPLAINED].iloc[0]
    answers = {"age": int(person["age"]), "sex": person["sex"], "priors": int(person["priors_count"])}
    return Demonstration(
        frame=frame,
        problems=found,
        seconds=seconds,
        rates=rates,
        areas=areas,
        difference=compare_auc(tally["outcome"], tally["score"], tally["other"], counts=tally["counts"]),
        accuracy=proportion(int((yes == outcome).sum()), len(frame)),
        baseline=proportion(int((outcome == 0).sum()), len(frame)),
        person=instruments[RULES].score(answers),
    )


def read_people() -> pd.DataFrame:
    """Return the columns that the demonstration needs, with sex written as the instrument writes it."""
    import pandas as pd

    path = catalog.shipped("validation") / "broward" / "compas.csv"
    if not path.is_file():
        raise CommandError(problems.NO_DEMO.at(file=path.name))
    people = pd.read_csv(path, usecols=list(USED), keep_default_na=False, na_values=[""])[list(USED)]
    return people.assign(sex=people["sex"].map(SEXES))


def _level(instrument: Instrument, frame: pd.DataFrame) -> pd.Series[str]:
    return frame[f"{PREFIXES[instrument.reference]}{instrument.definition.outcome}"].astype(str)


def _levels(instrument: Instrument) -> tuple[str, ...]:
    from rvn.plan.types import levels_of

    return levels_of(instrument.plan.results[instrument.definition.outcome])


# what is printed


def _say(shown: Demonstration, out: Path) -> None:
    _say_data(shown)
    _say_rates(shown)
    _say_ranking(shown)
    _say_person(shown)
    heading("5. What was written")
    say(
        f"{len(shown.frame):,} rows with the columns used here and, for both instruments, level, status, and the "
        "lowest and highest level that absent answers would leave open:"
    )
    typer.echo(f"  {out}")
    heading("Next")
    for command, what in (
        ("rvn list", "the instruments that come with rvn"),
        (f"rvn show {RULES}", "what the rule list is, and where it is from"),
        (f"rvn explain {RULES} age=19 sex=male priors=0 --language lv", "the same for other answers, in Latvian"),
        ("rvn --help", "everything else"),
    ):
        typer.echo(f"  {command}")
        say(what, indent=6)


def _say_data(shown: Demonstration) -> None:
    n, events = len(shown.frame), int(shown.frame[OUTCOME].sum())
    say(f"rvn {rvn.__version__}: a demonstration on public data")
    typer.echo()
    say(
        f"{n:,} adults screened by the sheriff's office of Broward County, Florida, in 2013 and 2014. For each of them "
        "a decile, from 1 to 10, of a commercial risk instrument (COMPAS) was recorded. "
        f"{events:,} were arrested again within two years."
    )
    typer.echo()
    say("Source: github.com/propublica/compas-analysis, public records published by ProPublica in 2016.", hang=2)
    say("Terms: the repository states no licence. Names, dates and case numbers are removed from this copy.", hang=2)
    say("More: validation/broward/README.md", hang=2)
    heading("1. Two instruments score everybody")
    say(f"{DECILE} reads the recorded decile (column decile_score) and gives its level.", hang=2)
    say(f"{RULES} is a published list of rules on age, sex and prior offences (column priors_count).", hang=2)
    counts = shown.frame["sex"].value_counts()
    mapped = ", ".join(f"{file} becomes {sex} ({counts[sex]:,})" for file, sex in SEXES.items())
    say(f"One thing is mapped, in the open: in the column sex {mapped}.", hang=2)
    typer.echo()
    say(f"{2 * n:,} results in {shown.seconds:.2f} seconds, {shown.problems:,} problems.")


def _say_rates(shown: Demonstration) -> None:
    heading("2. What was observed at each level")
    say(
        "How many people stand at each level, and how many of them were arrested again within two years. This "
        "describes these people then and there. It is not the chance of a person elsewhere, and an arrest is not "
        "yet an offence."
    )
    for reference, rates in shown.rates.items():
        total = sum(rate.n for rate in rates)
        wording = rvn.load(reference).wording("en")
        outcome = rvn.load(reference).definition.outcome
        rows = [
            (
                wording.level(outcome, str(rate.at["level"])),
                f"{rate.n:,}",
                f"{rate.n / total:.1%}",
                f"{rate.n_events:,}",
                f"{rate.value:.1%}",
                f"{rate.low:.1%} to {rate.high:.1%}",
            )
            for rate in rates
        ]
        typer.echo()
        typer.echo(f"{reference}: {wording.label(outcome)}")
        headings = ("level", "people", "share", "arrested again", "rate", "95% interval (Wilson)")
        say_table(headings, rows, right=(1, 2, 3, 4, 5))


def _say_ranking(shown: Demonstration) -> None:
    heading("3. How well each ranks people")
    say(
        "The AUC is the chance that somebody who was arrested again stands higher than somebody who was not; 0.5 is "
        "the toss of a coin, 1 is perfect. It says neither whether the rates above fit other people nor whether an "
        "instrument treats groups alike. The rule list was found in ProPublica's data too, so it looks better here "
        "than it would elsewhere."
    )
    typer.echo()
    scores = {DECILE: "decile, 1 to 10", RULES: "yes or no"}
    rows = [
        (reference, scores[reference], f"{area.value:.3f}", f"{area.low:.3f} to {area.high:.3f}")
        for reference, area in shown.areas.items()
    ]
    say_table(("instrument", "score", "AUC", "95% interval (DeLong, logit)"), rows, right=(2, 3))
    difference = shown.difference
    p_value = difference.p_value
    p_text = "" if p_value is None else ", p < 0.001" if p_value < 0.001 else f", p = {p_value:.3f}"
    typer.echo()
    say(
        f"The decile's AUC is {difference.value:.3f} higher (95% {difference.low:.3f} to {difference.high:.3f}"
        f"{p_text}; DeLong's test for scores of the same people)."
    )
    accuracy = shown.accuracy
    say(
        f"The rule list says yes or no and is right for {accuracy.value:.1%} of people (95% {accuracy.low:.1%} to "
        f"{accuracy.high:.1%}, Wilson). Always saying no would be right for {shown.baseline.value:.1%}."
    )


def _say_person(shown: Demonstration) -> None:
    heading("4. Why one result is what it is")
    again = shown.frame.loc[shown.frame["id"] == EXPLAINED, OUTCOME].iloc[0]
    yes = next(rate for rate in shown.rates[RULES] if rate.at["level"] == "yes")
    say(
        f"Person {EXPLAINED} of the file. Every result can be taken apart like this, in English or Latvian. It shows "
        "which rule gave the result, and not why anybody offends."
    )
    typer.echo()
    for line in str(shown.person.explain()).splitlines():
        say_lines(f"  {line}") if line else typer.echo()
    if again == 0 and shown.person.outcome.value == "yes":
        typer.echo()
        say(
            f"This person was not arrested again within two years: one of the {1 - yes.value:.0%} for whom the rule "
            "list predicts it wrongly."
        )
