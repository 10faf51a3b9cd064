"""A session of Spark: lent by the process it runs in, or one of our own; and whether its workers can run rvn."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rvn import messages
from rvn.errors import BatchError, FrameError, RvnError
from rvn.scoring.spark.process import java, new_log, settings_for, spark
from rvn.scoring.spark.reasons import failure
from rvn.scoring.spark.workers import raised

TASKS = 64  # at most, that look at the workers before anything runs
SECONDS = 10  # in which work that is stopped comes to its end


@contextmanager
def session(master: str | None, target: str) -> Iterator[Any]:
    """Give a session of Spark, and say in rvn's words why it fails.

    Where Spark runs in this process already, its session is lent, and nothing of it is changed. Otherwise it is begun,
    and ended with the work.

    Parameters
    ----------
    master
        Where Spark runs, such as ``local[2]``, ``yarn`` or ``spark://host:7077``; None where Spark's own settings say
        it.
    target
        What is to be made, for the messages.

    Raises
    ------
    BatchError
        When pyspark or Java is not installed, Spark does not start, its workers cannot run this version of rvn, or the
        work fails in Spark.
    FrameError
        When Spark runs in this process on another master.
    """
    try:
        from pyspark import SparkContext
        from pyspark.sql import SparkSession
    except ModuleNotFoundError:
        remedy = "install it: pip install 'rvn[spark]'"
        raise BatchError(messages.NO_SPARK.at(what="pyspark", remedy=remedy)) from None
    if not shutil.which("java", path=_java_folder()):
        raise BatchError(messages.NO_SPARK.at(what="Java", remedy="install Java 17 or newer, or set JAVA_HOME"))
    lent = SparkContext._active_spark_context
    if lent is not None:
        if master not in (None, lent.master):
            remedy = f"leave the master out: Spark runs in this process on {lent.master}; or stop it there"
            raise FrameError(messages.SPARK_CANNOT.at(what=f"go to '{master}'", remedy=remedy))
        with _told(target):
            running = SparkSession.builder.getOrCreate()
            _check_workers(running)
            yield running.newSession()
        return
    log, settings = new_log(), settings_for(master)
    try:
        # What Java raised can be asked for its words only as long as Java runs: it is told within as well.
        with (
            _told(target, log),
            java(settings, log) as gateway,
            _told(target, log),
            spark(gateway, settings) as running,
        ):
            _check_workers(running)
            yield running.newSession()
    except RvnError as error:
        if str(log) not in str(error):
            log.unlink()
        raise
    else:
        log.unlink()


@contextmanager
def cancelling(running: Any) -> Iterator[None]:
    """Let nothing of the work go on where somebody stops it."""
    try:
        yield
    except KeyboardInterrupt:
        context = running.sparkContext
        context.cancelAllJobs()
        end = time.monotonic() + SECONDS
        while context.statusTracker().getActiveJobsIds() and time.monotonic() < end:
            time.sleep(0.1)
        raise


def _java_folder() -> str | None:
    """Return where Java is looked for: in JAVA_HOME alone, where that is set."""
    home = os.environ.get("JAVA_HOME")
    return str(Path(home) / "bin") if home else None


@contextmanager
def _told(target: str, log: Path | None = None) -> Iterator[None]:
    """Say in rvn's words why Spark stopped."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JError, ConnectionError) as error:
        raise raised(error) or BatchError(failure(error, log, target)) from None
    except KeyboardInterrupt:
        why = f"somebody stopped it; nothing was written to '{target}'"
        raise BatchError(messages.SPARK_FAILS.at(why=why, remedy="run it again")) from None


def _check_workers(running: Any) -> None:
    """Raise where a worker lacks rvn, or has another version of it."""
    context = running.sparkContext
    tasks = min(max(context.defaultParallelism, 2), TASKS)
    found = set(context.parallelize(range(tasks), tasks).map(_version_here).collect())
    others = sorted(found - {version("rvn")})
    if others:
        why = f"they have rvn {', '.join(others)}"
        raise BatchError(messages.WORKERS_LACK.at(version=version("rvn"), why=why, where=""))


def _version_here(_: object) -> str:
    """Return which rvn a worker has, with what scoring needs beside it."""
    import pandas  # noqa: F401
    import pyarrow  # noqa: F401

    return version("rvn")
