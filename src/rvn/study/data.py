"""Reads the data of a study: the columns that it uses, of a file or of a table, and the digest of what was read."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import os
import warnings
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rvn import messages
from rvn.errors import Diagnostic, StudyError
from rvn.study.cells import written
from rvn.study.entries import Data
from rvn.study.results import DataSource

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Wanted:
    """A column that the study needs, and where its file asks for it."""

    name: str
    place: Any


def read_data(data: Data, folder: Path, wanted: Sequence[Wanted]) -> tuple[pd.DataFrame, DataSource]:
    """Return the wanted columns of the data, text where the file holds text, and what they came from.

    Parameters
    ----------
    data
        Where the rows are.
    folder
        Where files are looked for.
    wanted
        Columns, each once or more often.

    Raises
    ------
    StudyError
        When the data are not there, cannot be read, or lack columns: all of them at once, with near names.
    """
    names = list(dict.fromkeys(column.name for column in wanted))
    if data.file is None:
        return _read_table(data, wanted, names)
    path = folder / data.file
    if not path.is_file():
        raise StudyError(messages.NO_DATA_FILE.at(file=data.file))
    if path.suffix == ".parquet":
        frame = _read_parquet(path, wanted, names)
        digest, kind = _digest_of_file(path), "parquet"
    else:
        content = path.read_bytes()
        frame = _read_csv(gzip.decompress(content) if path.suffix == ".gz" else content, data, wanted, names)
        digest, kind = hashlib.sha256(content).hexdigest(), "csv"
    source = DataSource(name=path.name, kind=kind, sha256=digest, rows=len(frame), used=tuple(names))  # type: ignore[arg-type]
    return frame, source


def _digest_of_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _require(wanted: Sequence[Wanted], known: Sequence[str]) -> None:
    absent: list[Diagnostic] = []
    for column in wanted:
        if column.name not in known:
            near = messages.near(column.name, known)
            absent.append(messages.NO_DATA_COLUMN.at(column.place, column=column.name, near=near))
    if absent:
        raise StudyError(sorted(dict.fromkeys(absent), key=lambda problem: problem.place or column.place))


def _read_csv(content: bytes, data: Data, wanted: Sequence[Wanted], names: list[str]) -> pd.DataFrame:
    import pandas as pd

    name = str(data.file)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        why, remedy = f"byte {error.start} is not UTF-8 text", "save the file as UTF-8"
        raise StudyError(messages.DATA_UNREADABLE.at(name=name, why=why, remedy=remedy)) from None
    _require_rectangle(name, text, data.separator)
    options: dict[str, Any] = {"sep": data.separator, "dtype": str, "keep_default_na": False, "na_values": []}
    known = list(pd.read_csv(io.StringIO(text), nrows=0, **options).columns)
    _require(wanted, known)
    frame: pd.DataFrame = pd.read_csv(io.StringIO(text), usecols=names, **options)
    return frame[names]


def _require_rectangle(name: str, text: str, separator: str) -> None:
    """Refuse lines with more or fewer cells than the first: nobody can say which cell is which."""
    reader = csv.reader(io.StringIO(text), delimiter=separator)
    head = next(reader, [])
    if not head:
        raise _no_table(name, "it is empty")
    twice = sorted({column for column in head if head.count(column) > 1})
    if twice:
        raise _no_table(name, f"the column '{twice[0]}' is there twice")
    for row in reader:
        if row and len(row) != len(head):
            raise _no_table(name, f"line {reader.line_num} has {len(row)} cells, the first line has {len(head)}")


def _no_table(name: str, why: str) -> StudyError:
    remedy = "look for a separator too many or too few, and for a lost quote; `separator:` says what separates cells"
    return StudyError(messages.DATA_UNREADABLE.at(name=name, why=why, remedy=remedy))


def _read_parquet(path: Path, wanted: Sequence[Wanted], names: list[str]) -> pd.DataFrame:
    import pyarrow
    from pyarrow import parquet

    try:
        _require(wanted, parquet.read_schema(path).names)
        frame: pd.DataFrame = parquet.read_table(path, columns=names).to_pandas(date_as_object=False)
    except pyarrow.ArrowException:
        why, remedy = "it is not a Parquet file", "make it again, or use CSV"
        raise StudyError(messages.DATA_UNREADABLE.at(name=path.name, why=why, remedy=remedy)) from None
    return frame[names]


def _read_table(data: Data, wanted: Sequence[Wanted], names: list[str]) -> tuple[pd.DataFrame, DataSource]:
    """Return columns of a database's table, in the order of the first column, which says whose row it is."""
    try:
        import ibis
    except ModuleNotFoundError:
        raise StudyError(messages.NO_DRIVER.at()) from None
    url, table = str(data.url), str(data.table)
    if url.startswith("$"):
        if url[1:] not in os.environ:
            raise StudyError(messages.NO_ENVIRONMENT.at(name=url[1:]))
        url = os.environ[url[1:]]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of drivers, about what ibis asks of them
            connection = ibis.connect(url)
    except Exception as error:  # noqa: BLE001  # every database has its own; the address is not repeated
        raise _no_answer(table, error) from None
    try:
        frame = _columns_of(connection, table, wanted, names)
    finally:
        connection.disconnect()
    digest = hashlib.sha256()
    for name in names:
        cells = ["" if cell is None or cell != cell else str(cell) for cell in frame[name]]
        digest.update("\x1f".join([name, *cells]).encode())
        digest.update(b"\x1e")
    source = DataSource(name=table, kind="table", sha256=digest.hexdigest(), rows=len(frame), used=tuple(names))
    return frame, source


def _columns_of(connection: Any, table: str, wanted: Sequence[Wanted], names: list[str]) -> pd.DataFrame:
    try:
        found = connection.table(table)
        known = list(found.columns)
    except Exception as error:  # noqa: BLE001
        raise _no_answer(table, error) from None
    _require(wanted, known)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        frame: pd.DataFrame = found.select(*names).order_by(names).to_pandas()[names]
    return frame


def _no_answer(table: str, error: Exception) -> StudyError:
    why, remedy = f"the database says {type(error).__name__}", "check the address, the rights and the name"
    return StudyError(messages.DATA_UNREADABLE.at(name=table, why=why, remedy=remedy))


def read_sheet(path: Path) -> pd.DataFrame:
    """Return the rows of a sheet of answers as text: of a .csv file, or of the first sheet of an .xlsx file.

    Rows without any cell are left out; dates are written YYYY-MM-DD.

    Raises
    ------
    StudyError
        When there is no such file, or it is no sheet.
    """
    import pandas as pd

    if not path.is_file():
        raise StudyError(messages.NO_DATA_FILE.at(file=path.name))
    if path.suffix == ".csv":
        rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    elif path.suffix == ".xlsx":
        rows = _xlsx_rows(path)
    else:
        remedy = "save it as .csv or .xlsx"
        raise StudyError(messages.NO_SHEET.at(file=path.name, why="its name ends in neither", remedy=remedy))
    filled = [row for row in rows if any(cell.strip() for cell in row)]
    if not filled:
        raise StudyError(messages.NO_SHEET.at(file=path.name, why="it is empty", remedy="fill it in first"))
    names = [name.strip() for name in filled[0]]
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        why, remedy = f"the column '{twice[0]}' is there twice", "rename one of them"
        raise StudyError(messages.NO_SHEET.at(file=path.name, why=why, remedy=remedy))
    width = len(names)
    return pd.DataFrame([(row + [""] * width)[:width] for row in filled[1:]], columns=names, dtype=str)


def _xlsx_rows(path: Path) -> list[list[str]]:
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError):
        remedy = "save it as .xlsx or .csv"
        raise StudyError(messages.NO_SHEET.at(file=path.name, why="it is not an Excel file", remedy=remedy)) from None
    return [[_sheet_text(cell) for cell in row] for row in book.worksheets[0].iter_rows(values_only=True)]


def _sheet_text(cell: object) -> str:
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return "" if cell is None else written(cell)
