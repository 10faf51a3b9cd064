"""Scores a file of any size: Parquet, CSV or a folder of either, in bounded memory, and can be resumed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from rvn import messages
from rvn.batch import Account, Csv, Form, Parquet, ParquetSource, Progress, Source, problems_beside, run
from rvn.batch.csv_folder import CsvFolder
from rvn.batch.csv_source import CsvSource
from rvn.batch.long import LongSource
from rvn.batch.parquet_source import files_of
from rvn.batch.said import origin_beside, said_beside
from rvn.definition.scope import ASSESSED_ON
from rvn.errors import FrameError
from rvn.scoring.files.mapping import Long, Names, read_mapping
from rvn.scoring.files.scorer import Scorer
from rvn.scoring.version import Version

KINDS = (".csv", ".parquet")
TEXT = (CsvSource, CsvFolder)  # sources in which every cell is text


@dataclass(frozen=True)
class ScoredFile:
    """What became of a file.

    Parameters
    ----------
    destination
        The scored rows; an address is text.
    problems
        Every cell that could not be used, and every row that is not in the output.
    account
        What became of every row; its `counts` say how many have each status of the instrument's outcome.
    origin
        What made them, where their form has no place for that: for CSV.
    """

    destination: Path | str
    problems: Path | str
    account: Account
    origin: Path | None = None


def score_file(
    instrument: Version,
    source: str | Path,
    destination: str | Path,
    *,
    on: date | str | None = None,
    mapping: str | Path | None = None,
    columns: Mapping[str, str] | None = None,
    id_column: str | None = None,
    prefix: str = "",
    outputs: Collection[str] | None = None,
    separator: str = ",",
    resume: bool = False,
    replace: bool = False,
    progress: Callable[[Progress], None] | None = None,
) -> ScoredFile:
    r"""Return what became of a file after its rows stand, with their outputs, at a destination.

    The memory needed does not grow with the file. The destination is written whole or not at all; its problems stand
    beside it. A run that was stopped goes on with `resume`, to the same bytes.

    Parameters
    ----------
    instrument
        What to score with.
    source
        A Parquet or CSV file, or a folder of files of one of the two.
    destination
        A file that ends in ``.parquet`` or ``.csv``.
    on
        Day of assessment for all rows; otherwise a column ``assessed_on``, where the instrument needs it.
    mapping
        A file that says how the source calls and writes things.
    columns
        Names of columns that differ from the names of their items: item → column; they add to the mapping.
    id_column
        The column that names the rows; it goes into the table of problems, and ids that stand twice are reported.
    prefix
        Put before the names of the new columns.
    outputs
        Names of the outputs and flags wanted; when not given, all but the norms.
    separator
        What stands between the cells of CSV.
    resume
        Whether to go on with a run that was stopped; where there is none, it begins.
    replace
        Whether to replace what stands at the destination, and to forget a run that was stopped.
    progress
        Called after every part.

    Raises
    ------
    FrameError
        When the source cannot be used: columns are lacking, a file is cut off, types change.
    DefinitionError
        When the mapping is wrong.
    BatchError
        When the run cannot begin or go on; what it had finished is kept.

    Examples
    --------
    >>> import rvn, tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "people.csv").write_text("age,sex,priors\n19,male,0\n40,female,-1\n")
    >>> scored = rvn.load("broward-rules@2018").score_file(folder / "people.csv", folder / "scored.csv")
    >>> scored.account.rows_in, scored.account.rows_out, scored.account.errors
    (2, 2, 1)
    >>> print(scored.problems.read_text().splitlines()[1])
    1,,priors,RVN604,error,the answer to 'priors' is outside its range,-1,false
    """
    source, destination = Path(source), Path(destination)
    check_places(source, destination)
    names = Names({}) if mapping is None else read_mapping(Path(mapping), instrument.plan, instrument.reference)
    names = names.with_more(columns or {}, id_column)
    written = names.to_record()
    rows = opened(source, separator)
    is_text = isinstance(rows, TEXT)
    if names.long is not None:
        rows, names, is_text = long_source(rows, instrument, names, names.long), names.of_rows(), True
    scorer = Scorer(instrument, rows.schema, names, on=on, prefix=prefix, outputs=outputs, is_text=is_text)
    recipe = {
        **identity_of(instrument),
        "on": None if on is None else str(on),
        "mapping": written,
        "prefix": prefix,
        "outputs": None if outputs is None else sorted(outputs),
        "separator": separator,
    }
    form: Form = Csv(separator) if destination.suffix.lower() == ".csv" else Parquet()
    account = run(
        rows,
        scorer,
        destination,
        form,
        recipe=recipe,
        id_column=names.id_column,
        resume=resume,
        replace=replace,
        progress=progress,
    )
    return ScoredFile(destination, problems_beside(destination), account, origin_beside(destination, form))


def identity_of(instrument: Version) -> dict[str, Any]:
    """Return what tells an instrument from others, as plain values."""
    profile = instrument.loaded.profile
    return {
        "instrument": instrument.id,
        "version": instrument.version,
        "profile": None if profile is None else f"{profile.id}@{profile.version}",
        "fingerprint": instrument.fingerprint,
        "fingerprints": dict(instrument.fingerprints),
        "accepted": sorted(instrument.accepted),
    }


def opened(source: Path, separator: str) -> Source:
    """Return the rows of a file or folder.

    Raises
    ------
    FrameError
        When there is none, or it cannot be read.
    """
    if not source.exists():
        raise FrameError(messages.NO_INPUT.at(file=source))
    files = tables_in(source)
    are_csv = {file.suffix.lower() == ".csv" for file in files}
    if len(are_csv) > 1:
        why, remedy = "it holds CSV and other files", "put them into folders of their own"
        raise FrameError(messages.NOT_READABLE.at(file=source, why=why, remedy=remedy))
    if True not in are_csv:
        return ParquetSource(source)
    return CsvFolder(source, files, separator) if source.is_dir() else CsvSource(source, separator)


def tables_in(source: Path) -> list[Path]:
    """Return the files with rows that a path stands for, without what rvn has put beside CSV files among them."""
    files = list(files_of(source))
    scored = [file for file in files if file.suffix.lower() == ".csv" and said_beside(file).exists()]
    beside = {made for file in scored for made in (said_beside(file), problems_beside(file))}
    return [file for file in files if file == source or file not in beside]


def long_source(lines: Source, instrument: Version, names: Names, long: Long) -> LongSource:
    """Return one row an assessment of lines that hold an answer each."""
    date_column = names.columns.get(ASSESSED_ON)
    fields = [name for name in instrument.plan.fields if date_column is None or name != ASSESSED_ON]
    return LongSource(
        lines,
        id_column=names.id_column or "",
        item=long.item,
        value=long.value,
        items={names.columns.get(name, name): name for name in fields},
        kept=[] if date_column is None else [date_column],
        others_are_problems=long.others == "report",
    )


def check_places(source: Path, destination: Path) -> None:
    """Raise where the output would hide its input, or cannot stand where it is to stand.

    Raises
    ------
    FrameError
        With the reason.
    """
    if destination.suffix.lower() not in KINDS:
        raise FrameError(messages.OUTPUT_KIND.at(file=destination))
    if not destination.parent.is_dir():
        why = f"there is no folder '{destination.parent}'"
        raise FrameError(messages.OUTPUT_FAILS.at(file=destination, why=why, remedy="make it, or choose another place"))
    if destination.is_dir():
        why = "a folder has that name"
        raise FrameError(messages.OUTPUT_FAILS.at(file=destination, why=why, remedy="choose another name"))
    for made in (destination, problems_beside(destination)):
        is_inside = source.is_dir() and made.resolve().is_relative_to(source.resolve())
        if is_inside or made.resolve() == source.resolve():
            raise FrameError(messages.OUTPUT_IS_INPUT.at(file=source))
