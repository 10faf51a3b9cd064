"""Scores files by Spark: the same columns, problems and account as `rvn.scoring.files.score`, as folders of Parquet."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rvn import messages
from rvn.batch import Account, Progress
from rvn.batch.chunk import rows_at_once
from rvn.errors import Diagnostic, FrameError
from rvn.scoring.files.mapping import Names, read_mapping
from rvn.scoring.files.score import ScoredFile, identity_of
from rvn.scoring.files.scorer import Scorer
from rvn.scoring.spark.places import Places
from rvn.scoring.spark.progress import watched
from rvn.scoring.spark.session import cancelling, session
from rvn.scoring.spark.source import SparkSource, address
from rvn.scoring.spark.targets import Targets, problems_of
from rvn.scoring.spark.workers import ROW, counting, finding, found_schema, scored_schema, scoring
from rvn.scoring.version import Version

CODEC = "zstd"
FILE = "__rvn_file"  # a column with the file of a row


def score_with_spark(
    instrument: Version,
    source: str | Path,
    destination: str | Path,
    *,
    master: str | None = None,
    on: date | str | None = None,
    mapping: str | Path | None = None,
    columns: Mapping[str, str] | None = None,
    id_column: str | None = None,
    prefix: str = "",
    outputs: Collection[str] | None = None,
    replace: bool = False,
    progress: Callable[[Progress], None] | None = None,
) -> ScoredFile:
    """Return what became of Parquet files after Spark has put their rows, with their outputs, at a destination.

    Every worker scores the rows that it is given as a frame is scored, so that values, statuses and problems are those
    of any other engine. The destination and its problems are folders; each stands at its place whole or not at all.

    Parameters
    ----------
    instrument
        What to score with. It travels to the workers with the work.
    source
        A Parquet file or a folder of them: a path or an address, such as ``hdfs://…``, that every worker can read.
    destination
        Where the folder goes, ending in ``.parquet``; every worker must be able to write beside it.
    master
        Where Spark runs, such as ``local[2]``, ``yarn`` or ``spark://host:7077``; when not given, Spark's settings say.
    on, mapping, columns, id_column, prefix, outputs
        As for `rvn.scoring.files.score.score_file`.
    replace
        Whether to replace what stands at the destination, and what a run that was stopped has left.
    progress
        Called twice a second, from another thread.

    Raises
    ------
    FrameError
        When the source cannot be used: columns are lacking, a file is cut off, types change; or when it needs what
        this engine cannot do.
    DefinitionError
        When the mapping is wrong.
    BatchError
        When Spark is not there, its workers cannot run rvn, or it stops. Nothing stands at the destination then.
    """
    place, target = str(source), str(destination).rstrip("/")
    names = Names({}) if mapping is None else read_mapping(Path(mapping), instrument.plan, instrument.reference)
    names = names.with_more(columns or {}, id_column)
    _refuse_what_it_cannot(place, target, names)
    recipe = {
        **identity_of(instrument),
        "on": None if on is None else str(on),
        "mapping": names.to_record(),
        "prefix": prefix,
        "outputs": None if outputs is None else sorted(outputs),
    }
    with session(master, target) as running:
        places = Places(running)
        rows = SparkSource(places, place)
        counted = None if progress is None else running.sparkContext.accumulator(0)
        how = {"on": on, "prefix": prefix, "outputs": outputs}
        work = _Work(running, rows, instrument, names, counted, how)
        with Targets(places, target, place, replace=replace) as targets, watched(counted, rows.rows, progress):
            with cancelling(running):
                account = work.account(targets)
            if not rows.is_unchanged():
                raise FrameError(messages.CHANGED_MEANWHILE.at(file=target))
            engine = {"name": "spark", "version": running.version}
            said = {"rvn": version("rvn"), "input": rows.identity, "recipe": recipe, "engine": engine}
            targets.publish(json.dumps({**said, "account": account.to_record()}, ensure_ascii=False))
    return ScoredFile(_shown(target), _shown(problems_of(target)), account)


def _refuse_what_it_cannot(place: str, target: str, names: Names) -> None:
    """Raise with everything that is asked for and that this engine cannot do.

    Raises
    ------
    FrameError
        With one problem for each.
    """
    problems: list[Diagnostic] = []
    if place.lower().endswith(".csv"):
        remedy = "write it as Parquet first, or leave `--engine` out"
        problems.append(messages.SPARK_CANNOT.at(what="read CSV", remedy=remedy))
    if not target.lower().endswith(".parquet"):
        remedy = "end the name of the output in .parquet"
        problems.append(messages.SPARK_CANNOT.at(what="write anything but Parquet", remedy=remedy))
    if names.long is not None:
        remedy = "make one row an assessment first, or leave `--engine` out"
        problems.append(messages.SPARK_CANNOT.at(what="read one line an answer (`long`)", remedy=remedy))
    if problems:
        raise FrameError(problems)


def _shown(place: str) -> Path | str:
    return place if "://" in place else Path(place)


class _Work:
    """The work that Spark is given."""

    def __init__(
        self,
        running: Any,
        rows: SparkSource,
        instrument: Version,
        names: Names,
        counted: Any,
        how: Mapping[str, Any],
    ) -> None:
        from pyspark.sql.pandas.types import to_arrow_schema

        self._running, self._rows, self._names, self._counted = running, rows, names, counted
        running.conf.set("spark.sql.session.timeZone", "UTC")
        running.conf.set("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS")
        self._read = running.read.parquet(rows.place)
        running.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", str(rows_at_once(len(self._read.columns))))
        self._schema = to_arrow_schema(self._read.schema)
        self._scorer = Scorer(instrument, self._schema, names, is_text=False, **how)

    def account(self, targets: Targets) -> Account:
        """Write results and problems, and return what became of the rows, counted in what was written."""
        self._write(self._scored(), targets.made("output"))
        self._write(self._problems(), targets.made("problems"))
        written = self._running.read.parquet(targets.made("output"))
        status = self._scorer.status
        rows_out, counts = written.count(), {}
        if status in written.columns:
            counts = {row[0]: row[1] for row in written.groupBy(f"`{status}`").count().collect()}
        problems = self._running.read.parquet(targets.made("problems"))
        severities = {row[0]: row[1] for row in problems.groupBy("severity").count().collect()}
        account = Account(
            rows_in=self._rows.rows,
            rows_out=rows_out,
            placed=rows_out,
            errors=severities.get("error", 0),
            warnings=severities.get("warning", 0),
            counts=counts,
        )
        if not account.is_complete:
            lost = messages.ROWS_LOST.at(
                file=targets.targets["output"], rows_in=account.rows_in, placed=account.placed, not_scored=0
            )
            raise FrameError(lost)
        return account

    def _scored(self) -> Any:
        from pyspark.sql.pandas.types import from_arrow_schema

        made = scored_schema(self._scorer, self._schema)
        return self._read.mapInArrow(counting(scoring(self._scorer, made), self._counted), from_arrow_schema(made))

    def _problems(self) -> Any:
        """Return the problems of all rows, numbered as they stand in the files one behind the other."""
        from pyspark.sql import functions
        from pyspark.sql.pandas.types import from_arrow_schema

        place, start = functions.col("_metadata"), f"{ROW}_start"
        starts = self._running.createDataFrame(self._rows.starts(), f"{FILE} string, {start} bigint")
        named = self._names.id_column
        needed = [f"`{name}`" for name in dict.fromkeys([*self._scorer.used, *([named] if named else [])])]
        rows = self._read.select(*needed, address(place["file_path"]).alias(FILE), place["row_index"].alias(ROW))
        lost = functions.raise_error(functions.lit("a row of a file that was not listed"))
        row = functions.when(functions.col(start).isNull(), lost).otherwise(functions.col(start) + functions.col(ROW))
        rows = rows.join(functions.broadcast(starts), FILE, "left").select(*needed, row.alias(ROW))
        found = counting(finding(self._scorer), self._counted)
        problems = rows.mapInArrow(found, from_arrow_schema(found_schema()))
        if named is not None:
            problems = problems.unionByName(_of_ids(rows.select(functions.col(f"`{named}`").alias("id"), ROW)))
        return problems.orderBy(ROW).withColumnRenamed(ROW, "row")

    def _write(self, frame: Any, place: str) -> None:
        frame.write.option("compression", CODEC).parquet(place)


def _of_ids(rows: Any) -> Any:
    """Return the rows without an id, and those whose id stands in an earlier row too."""
    from pyspark.sql import Window, functions

    is_later = functions.row_number().over(Window.partitionBy("id").orderBy(ROW)) > 1
    absent = rows.where("id is null").select(ROW, *_columns_of(messages.ID_ABSENT.at()))
    repeated = rows.where("id is not null").withColumn("later", is_later).where("later")
    return absent.unionByName(repeated.select(ROW, *_columns_of(messages.ID_REPEATED.at())))


def _columns_of(problem: Diagnostic) -> Iterator[Any]:
    from pyspark.sql import functions

    texts = {"id": None, "item": "", "code": problem.code, "severity": problem.severity, "problem": problem.message}
    for name, text in (texts | {"value": ""}).items():
        yield functions.lit(text).cast("string").alias(name)
    yield functions.lit(False).alias("not_scored")
