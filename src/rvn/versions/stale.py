"""Finds results whose items, scoring or cut-offs are not those of today, without scoring anything."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rvn import messages
from rvn.errors import FrameError, RvnError
from rvn.scoring.instrument import Instrument, load
from rvn.scoring.spark import SAID
from rvn.versions.origin import INSTRUMENT, VERSION, WHOLE, differing_parts, said_by

STALE = frozenset({"items", "scoring", "cut_offs", WHOLE})  # a difference in norms or texts makes no result stale
NO_VERSION = "it does not say which version it was made with"
NO_FINGERPRINT = "it does not say with which fingerprint it was made"
CHANGED = "it was changed since rvn made it"
FINGERPRINT = "fingerprint"  # a column


@dataclass(frozen=True)
class Standing:
    """How the results of one version in a file stand.

    Parameters
    ----------
    file
        Where they are.
    reference
        The version they were made with, as ``id@version``; empty where nothing says it.
    rows
        How many there are.
    differs
        Parts of the definition that are not what they were.
    problem
        Why they cannot be compared; empty where they can.
    """

    file: str
    reference: str
    rows: int
    differs: tuple[str, ...] = ()
    problem: str = ""

    @property
    def is_silent(self) -> bool:
        """Whether the results do not say what they were made with."""
        return self.problem in (NO_VERSION, NO_FINGERPRINT)

    @property
    def is_stale(self) -> bool:
        """Whether a result might be another today, or nobody can say."""
        return bool(self.problem) or bool(STALE & set(self.differs))

    def to_record(self) -> dict[str, object]:
        """Return plain values for JSON."""
        return {**asdict(self), "differs": list(self.differs), "stale": self.is_stale}


def stale(path: str | Path) -> list[Standing]:
    """Return how the results in a file, or in the files of a folder, stand against the definitions of today.

    Scored Parquet files say in their metadata what they were made with, scored CSV files in a file beside them, and
    folders that Spark has written in one within. Any other table, and files of records (one JSON object a line), say it
    in every row: ``instrument``, ``version`` and ``fingerprint`` or ``fingerprints``.

    Parameters
    ----------
    path
        A ``.parquet``, ``.csv`` or ``.jsonl`` file, a folder that Spark has written, or a folder of such. In folders,
        what begins with a dot or a low line is passed over, and so are tables of problems.

    Raises
    ------
    FrameError
        When there is no such file, or it cannot be read.

    Examples
    --------
    >>> import pyarrow as pa, pyarrow.parquet as pq, rvn, tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> pq.write_table(pa.table({"age": [19], "sex": ["male"], "priors": [0]}), folder / "people.parquet")
    >>> _ = rvn.load("broward-rules@2018").score_file(folder / "people.parquet", folder / "scored.parquet")
    >>> [(found.reference, found.rows, found.is_stale) for found in stale(folder / "scored.parquet")]
    [('broward-rules@2018', 1, False)]
    """
    path = Path(path)
    if not path.exists():
        raise FrameError(messages.NO_INPUT.at(file=path))
    return [standing for file in _files(path) for standing in _of_file(file)]


def _files(path: Path) -> Iterator[Path]:
    """Yield the files of results that a path stands for, and folders that Spark has written."""
    if not path.is_dir() or (path / SAID).is_file():
        yield path
        return
    for entry in sorted(path.iterdir()):
        is_result = not entry.name.startswith((".", "_")) and not entry.stem.endswith(".problems")
        if is_result and (entry.is_dir() or entry.suffix.lower() in _READERS):
            yield from _files(entry)


def _of_file(file: Path) -> Iterator[Standing]:
    reader = _READERS.get(file.suffix.lower())
    if reader is None:
        raise FrameError(messages.STALE_KIND.at(file=file))
    said = said_by(file)
    if said.is_changed:
        yield Standing(str(file), f"{said.recipe[INSTRUMENT]}@{said.recipe[VERSION]}", said.rows, problem=CHANGED)
        return
    for entries, rows in [(said.recipe, said.rows)] if said.recipe else reader(file):
        yield _standing(str(file), entries, rows)


def _standing(file: str, said: Mapping[str, Any], rows: int) -> Standing:
    name, _, version = str(said.get(INSTRUMENT) or "").partition("@")
    version = version or str(said.get(VERSION) or "")
    if not name or not version:
        return Standing(file, name, rows, problem=NO_VERSION)
    reference = f"{name}@{version}"
    profile = said.get("profile")
    try:
        instrument = _loaded(reference, str(profile) if profile else None)
    except RvnError as error:
        return Standing(file, reference, rows, problem=error.diagnostics[0].message)
    if not {"fingerprint", "fingerprints"} & said.keys():
        return Standing(file, reference, rows, problem=NO_FINGERPRINT)
    return Standing(file, reference, rows, tuple(differing_parts(said, instrument)))


def _loaded(reference: str, profile: str | None) -> Instrument:
    """Return the instrument of today under the profile that results name as ``id@version``."""
    plain = load(reference)
    if profile is None:
        return plain
    for path in sorted(plain.loaded.path.parent.glob("profiles/*.yaml")):
        local = load(reference, profile=path)
        found = local.loaded.profile
        if found is not None and f"{found.id}@{found.version}" == profile:
            return local
    return load(reference, profile=profile)


def _parquet(file: Path) -> Iterator[tuple[Mapping[str, Any], int]]:
    import pyarrow.parquet as pq

    columns = [name for name in (INSTRUMENT, VERSION, FINGERPRINT) if name in pq.read_schema(file).names]
    if not columns:
        yield {}, pq.read_metadata(file).num_rows
        return
    counts: dict[tuple[Any, ...], int] = {}
    with pq.ParquetFile(file) as opened:
        for batch in opened.iter_batches(columns=columns):
            table = _counted(batch, columns)
            for key, count in table:
                counts[key] = counts.get(key, 0) + count
    yield from ((dict(zip(columns, key, strict=True)), count) for key, count in counts.items())


def _counted(batch: Any, columns: list[str]) -> Iterator[tuple[tuple[Any, ...], int]]:
    import pyarrow as pa

    grouped = pa.Table.from_batches([batch]).group_by(columns).aggregate([([], "count_all")])
    for row in grouped.to_pylist():
        yield tuple(row[name] for name in columns), row["count_all"]


def _csv(file: Path) -> Iterator[tuple[Mapping[str, Any], int]]:
    import pandas as pd

    names = pd.read_csv(file, nrows=0).columns
    columns = [name for name in (INSTRUMENT, VERSION, FINGERPRINT) if name in names]
    if not columns:
        yield {}, sum(len(part) for part in pd.read_csv(file, usecols=[0], dtype=str, chunksize=10**6))
        return
    counts: dict[tuple[Any, ...], int] = {}
    for part in pd.read_csv(file, usecols=columns, dtype=str, keep_default_na=False, chunksize=10**6):
        for key in part[columns].itertuples(index=False, name=None):
            counts[key] = counts.get(key, 0) + 1
    yield from ((dict(zip(columns, key, strict=True)), count) for key, count in counts.items())


def _records(file: Path) -> Iterator[tuple[Mapping[str, Any], int]]:
    counts: dict[str, int] = {}
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            if not line.strip():
                continue
            try:
                record = json.loads(line)
            except ValueError:
                record = {}
            kept = {name: record.get(name) for name in _SAID} if isinstance(record, dict) else {}
            key = json.dumps({name: value for name, value in kept.items() if value is not None}, sort_keys=True)
            counts[key] = counts.get(key, 0) + 1
    yield from ((json.loads(key), count) for key, count in counts.items())


_SAID = (INSTRUMENT, VERSION, "profile", "fingerprint", "fingerprints")
_READERS = {".parquet": _parquet, ".csv": _csv, ".jsonl": _records}
