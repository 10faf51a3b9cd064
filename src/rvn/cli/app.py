"""The commands of rvn. What they do stands in the modules beside this one; here is how they are called."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

import rvn
from rvn.cli import count, diff, overrides, problems, records, release, rescore, sql, study, vectors
from rvn.cli.problems import CommandError, Exit, Format, reporting, say_json, tell
from rvn.cli.table import say, say_table

EXIT_CODES = "Exit codes: 0 fine, 1 problems found, 2 cannot run."

app = typer.Typer(
    name="rvn",
    help="Risk-and-needs assessment: instruments as data, scores with reasons, validation.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


app.add_typer(study.app)


class Engine(StrEnum):
    """Where rows are scored."""

    HERE = "here"
    SPARK = "spark"


class Words(StrEnum):
    """Languages of texts."""

    EN = "en"
    LV = "lv"


Form = Annotated[Format, typer.Option("--format", help="How to print: as text to read or as JSON.")]
Tongue = Annotated[Words, typer.Option("--language", help="Language of the instrument's texts.")]
Reference = Annotated[str, typer.Argument(metavar="ID", help="Instrument and version, id@version, or a file.")]
Answers = Annotated[
    list[str],
    typer.Argument(
        metavar="ANSWERS", help="item=value pairs; or a .json or .yaml file, or - for standard input, of one person."
    ),
]
FrameAnswers = Annotated[
    list[str],
    typer.Argument(
        metavar="ANSWERS",
        help="item=value pairs, a .json or .yaml file, or - for standard input: one person. A .csv or .parquet file, "
        "or a folder of such: any number of rows, one row an assessment, one column an item.",
    ),
]
Day = Annotated[str | None, typer.Option("--on", metavar="DATE", help="Day of assessment, such as 2026-11-21.")]
Profile = Annotated[
    str | None,
    typer.Option("--profile", metavar="NAME", help="Local bands and norms: a name under profiles/, or a file."),
]
Recalled = Annotated[
    list[str] | None,
    typer.Option("--recalled", metavar="NAME", help="State this part although it rests on recalled facts; repeatable."),
]


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"rvn {rvn.__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version of rvn.")
    ] = False,
) -> None:
    pass


@app.command("list")
def list_instruments(form: Form = Format.TEXT, language: Tongue = Words.EN) -> None:
    """List the instruments, and whether something in them is withheld."""
    from rvn.cli.catalog import listed

    with reporting(form):
        found = list(listed(language.value))
        if form is Format.JSON:
            say_json([entry.to_record() for entry in found])
        elif not found:
            say("There are no instruments. RVN_PATH names folders that hold some.")
        else:
            rows = [
                (entry.reference, entry.title or "cannot be read", entry.status, "some" if entry.withheld else "")
                for entry in found
            ]
            say_table(("reference", "title", "status", "withheld"), rows, whole=[0])
            if any(entry.withheld for entry in found):
                typer.echo()
                say(
                    "Withheld: what rests on recalled facts that nobody has checked against their source. "
                    "`rvn show` names it; `rvn score --recalled NAME` states it."
                )
        broken = [entry for entry in found if entry.problems]
        if broken and form is Format.TEXT:
            typer.echo("\nCannot be read; this says why:")
            for entry in broken:
                typer.echo(f"  rvn check {entry.reference}")  # to be copied, so never wrapped
        if broken:
            raise typer.Exit(Exit.PROBLEMS)


@app.command()
def show(
    reference: Reference,
    plan: Annotated[bool, typer.Option("--plan", help="Show how it is computed, step by step, by name.")] = False,
    profile: Profile = None,
    recalled: Recalled = None,
    language: Tongue = Words.EN,
    form: Form = Format.TEXT,
) -> None:
    """Show an instrument: purpose, sources, items, outputs, cut-offs."""
    from rvn.cli import show as showing

    with reporting(form):
        if recalled and not plan:
            raise CommandError(problems.PLAN_ONLY.at())
        instrument = rvn.load(reference, profile=profile).accepting(*recalled or ())
        if plan:
            showing.say_plan(instrument, form)
        elif form is Format.JSON:
            say_json(showing.to_record(instrument))
        else:
            showing.say_instrument(instrument, language.value)


@app.command()
def new(
    name: Annotated[str, typer.Argument(metavar="ID", help="Name of the instrument, such as re-entry-form.")],
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="Where the folder of the instrument goes.")] = Path(),
    form: Form = Format.TEXT,
) -> None:
    """Start a definition: a short one that works, with comments, to be changed into yours."""
    from rvn.cli.new import started

    with reporting(form):
        written = [problems.shortened(str(path)) for path in started(name, to)]
        if form is Format.JSON:
            say_json(written)
        else:
            for file in written:
                typer.echo(file)
            typer.echo(f"\nChange it, and meanwhile run:\n  rvn check --watch {written[0]}\n  rvn test {written[0]}")


@app.command()
def check(
    names: Annotated[list[str], typer.Argument(metavar="FILE_OR_ID", help="Definition files or references.")],
    watch: Annotated[
        bool, typer.Option("--watch", help="Check again whenever a file changes, until Ctrl-C; then the code is 0.")
    ] = False,
    profile: Profile = None,
    form: Form = Format.TEXT,
) -> None:
    """Check definitions: each problem, its place and what to do."""
    with reporting(form):
        if not watch:
            code = _check(names, profile, form)
            raise typer.Exit(code)
        if form is Format.JSON:
            raise CommandError(problems.WATCH_TEXT.at())
        _keep_checking(names, profile)


def _check(names: list[str], profile: str | None, form: Format) -> Exit:
    """Print what the checks find, and return how the command ends."""
    from rvn.cli.catalog import checked

    result = checked(names, profile)
    tell(result.absent, form)
    errors, warnings = result.count("error"), result.count("warning")
    if form is Format.JSON or result.found:
        tell(result.found, form, err=False)
    if form is Format.TEXT and len(result.absent) < len(names):
        typer.echo(f"{_number(errors, 'error')}, {_number(warnings, 'warning')}")
    return Exit.CANNOT_RUN if result.absent else Exit.PROBLEMS if errors else Exit.FINE


def _keep_checking(names: list[str], profile: str | None) -> None:
    """Check at every change, each time with the time of day, until the keyboard interrupts."""
    from rvn.cli.watch import changes

    try:
        for number, _ in enumerate(changes(names)):
            typer.echo(f"{'' if number == 0 else chr(10)}{datetime.now():%H:%M:%S}")
            try:
                code = _check(names, profile, Format.TEXT)
            except BrokenPipeError:
                raise
            except OSError as error:  # a file went between two looks; the next change is seen
                code = Exit.PROBLEMS
                typer.echo(problems.reason(error), err=True)
            if number == 0 and code is Exit.CANNOT_RUN:  # mistyped; a file that goes later may come back
                raise typer.Exit(code)
    except KeyboardInterrupt:
        typer.echo()


@app.command("test")
def run_examples(
    references: Annotated[list[str], typer.Argument(metavar="ID", help="References, id@version, or files.")],
    profile: Profile = None,
    form: Form = Format.TEXT,
) -> None:
    """Run the worked examples that stand in definitions, or those of a profile."""
    from rvn.cli.catalog import examples

    with reporting(form):
        found = [example for reference in references for example in examples(rvn.load(reference, profile=profile))]
        failing = sum(bool(example.problems) for example in found)
        if form is Format.JSON:
            say_json([example.to_record() for example in found])
        else:
            for example in found:
                typer.echo(f"{'FAILS' if example.problems else 'ok   '}  {example.reference}  {example.name}")
                for problem in example.problems:
                    say(str(problem.message), indent=7, hang=2)
            typer.echo(f"{_number(len(found), 'example')}, {failing} failing")
        if failing:
            raise typer.Exit(Exit.PROBLEMS)


@app.command(epilog=f"It ends with 1 where an answer cannot be used or answers contradict each other. {EXIT_CODES}")
def score(
    reference: Reference,
    answers: FrameAnswers,
    on: Day = None,
    profile: Profile = None,
    recalled: Recalled = None,
    output: Annotated[
        str | None,
        typer.Option("-o", "--output", metavar="OUT", help="Where scored rows go: a .csv or .parquet file."),
    ] = None,
    mapping: Annotated[
        Path | None,
        typer.Option("--mapping", metavar="FILE", help="A .yaml file: how the input calls and writes things."),
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option("--column", metavar="ITEM=COLUMN", help="A column that is not called like its item; repeatable."),
    ] = None,
    prefix: Annotated[
        str | None, typer.Option("--prefix", metavar="TEXT", help="Put before the names of the new columns.")
    ] = None,
    id_column: Annotated[
        str | None, typer.Option("--id", metavar="COLUMN", help="The column that names the rows; none may stand twice.")
    ] = None,
    separator: Annotated[
        str | None, typer.Option("--separator", metavar="SIGN", help="What stands between cells of CSV; a comma.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with a run that was stopped; or begin.")] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace the output that is there, or begin a stopped run again.")
    ] = False,
    engine: Annotated[
        Engine, typer.Option("--engine", help="Where rows are scored: here, or by Spark, on a cluster.")
    ] = Engine.HERE,
    master: Annotated[
        str | None, typer.Option("--master", metavar="URL", help="Where Spark runs: local[2], yarn, spark://host:7077.")
    ] = None,
    language: Tongue = Words.EN,
    form: Form = Format.TEXT,
) -> None:
    """Score one person, or a file of any size."""
    from rvn.cli import answers as reading
    from rvn.cli import files, results

    with reporting(form):
        instrument = rvn.load(reference, profile=profile)
        by_spark = engine is Engine.SPARK
        source = reading.frame_place(answers) if by_spark else reading.frame_file(answers)
        if source is None:
            of_files = {"-o": output, "--mapping": mapping, "--column": column, "--prefix": prefix, "--id": id_column}
            switches = {"--resume": resume or None, "--replace": replace or None, "--master": master}
            _refuse({**of_files, "--separator": separator, **switches, "--engine": by_spark or None})
            result = reading.score_person(instrument, answers, on, recalled or ())
            is_fine = results.say_result(result, language.value, form)
        else:
            instrument = instrument.accepting(*recalled or ())
            how: dict[str, Any] = {
                "bar": form is Format.TEXT,
                "on": reading.day(on),
                "mapping": mapping,
                "columns": files.mapping(column or ()),
                "id_column": id_column,
                "prefix": prefix or "",
                "replace": replace,
            }
            if by_spark:
                scored = files.score_by_spark(instrument, str(source), output, master=master, resume=resume, **how)
            elif master is not None:
                raise CommandError(problems.MASTER.at())
            else:
                how |= {"separator": files.separator_of(separator), "resume": resume}
                scored = files.score(instrument, Path(source), output, **how)
            is_fine = results.say_batch(instrument, scored, files.separator_of(separator), form)
        if not is_fine:
            raise typer.Exit(Exit.PROBLEMS)


@app.command(epilog=EXIT_CODES)
def explain(
    reference: Reference,
    answers: Answers,
    on: Day = None,
    profile: Profile = None,
    recalled: Recalled = None,
    language: Tongue = Words.EN,
    form: Form = Format.TEXT,
) -> None:
    """Explain the result of one person, step by step."""
    from rvn.cli import answers as reading
    from rvn.cli import results

    with reporting(form):
        if reading.frame_file(answers) is not None:
            raise CommandError(problems.ONE_PERSON.at())
        instrument = rvn.load(reference, profile=profile)
        result = reading.score_person(instrument, answers, on, recalled or ())
        if not results.say_explanation(result, language.value, form):
            raise typer.Exit(Exit.PROBLEMS)


app.command("release", epilog=EXIT_CODES)(release.run)
app.command("diff", epilog=EXIT_CODES)(diff.run)
app.command("rescore", epilog=EXIT_CODES)(rescore.run)
app.command("stale", epilog=f"It ends with 1 where something is stale. {EXIT_CODES}")(rescore.run_stale)


@app.command()
def demo(
    output: Annotated[Path, typer.Option("--output", metavar="DIR", help="Where the scored file goes.")] = Path(
        "demo-output"
    ),
    form: Form = Format.TEXT,
) -> None:
    """Score a public data set and show how well two instruments did."""
    from rvn.cli.demo import run

    with reporting(form):
        run(output, form)


app.command("record", epilog=EXIT_CODES)(records.record)
app.command("count", epilog=EXIT_CODES)(count.run)
app.command("schema", epilog=EXIT_CODES)(records.schema)
app.command("overrides", epilog=EXIT_CODES)(overrides.run)
app.command("verify", epilog=EXIT_CODES)(records.verify)
app.command("sql", epilog=EXIT_CODES)(sql.run)
app.command("vectors", epilog=EXIT_CODES)(vectors.run)


def _refuse(options: dict[str, object]) -> None:
    """Refuse options of frames where there is one person."""
    given = [problems.FRAME_OPTION.at(option=name) for name, value in options.items() if value is not None]
    if given:
        raise CommandError(given)


def _number(count: int, word: str) -> str:
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"
