"""Spark itself: whether it is there, how it is started, and whether its workers can run rvn."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from typing import Any

from rvn import messages
from rvn.errors import BatchError

TASKS = 64  # at most, that look at the workers before anything runs


@contextmanager
def session(master: str | None) -> Iterator[Any]:
    """Give a session of Spark, and end it where it was begun here.

    Parameters
    ----------
    master
        Where Spark runs, such as ``local[2]``, ``yarn`` or ``spark://host:7077``; None where Spark's own settings say
        it.

    Raises
    ------
    BatchError
        When pyspark or Java is not installed, Spark does not start, or its workers cannot run this version of rvn.
    """
    try:
        from pyspark.sql import SparkSession
    except ModuleNotFoundError:
        remedy = "install it: pip install 'rvn[spark]'"
        raise BatchError(messages.NO_SPARK.at(what="pyspark", remedy=remedy)) from None
    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        raise BatchError(messages.NO_SPARK.at(what="Java", remedy="install Java 17 or newer, or set JAVA_HOME"))
    is_ours = SparkSession.getActiveSession() is None
    running = _started(master)
    try:
        _check_workers(running)
        yield running.newSession()
    finally:
        if is_ours:
            running.stop()


def _started(master: str | None) -> Any:
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName("rvn").config("spark.log.level", "ERROR")
    builder = builder.config("spark.ui.showConsoleProgress", str(sys.stderr.isatty()).lower())
    if master is not None:
        builder = builder.master(master)
        if master.startswith("local"):
            os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # the workers are on this machine
    try:
        return builder.getOrCreate()
    except (PySparkException, Py4JError) as error:
        raise BatchError(messages.SPARK_FAILS.at(why=f"it does not start: {reason(error)}")) from None


def _check_workers(running: Any) -> None:
    """Raise where a worker lacks rvn, or has another version of it."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    context = running.sparkContext
    tasks = min(max(context.defaultParallelism, 2), TASKS)
    try:
        found = set(context.parallelize(range(tasks), tasks).map(_version_here).collect())
    except (PySparkException, Py4JError) as error:
        raise BatchError(messages.WORKERS_LACK.at(version=version("rvn"), why=reason(error))) from None
    others = sorted(found - {version("rvn")})
    if others:
        why = f"they have rvn {', '.join(others)}"
        raise BatchError(messages.WORKERS_LACK.at(version=version("rvn"), why=why))


def _version_here(_: object) -> str:
    """Return which rvn a worker has, with what scoring needs beside it."""
    import pandas  # noqa: F401
    import pyarrow  # noqa: F401

    return version("rvn")


KNOWN = {
    "No module named 'rvn'": "they have no rvn",
    "No module named": "they lack a library that rvn needs",
    "PYTHON_VERSION_MISMATCH": "they have another version of Python",
    "No space left on device": "no space is left on a disk",
    "Permission denied": "permission is denied",
    "Could not parse Master URL": "there is no such master",
    "Cannot run program": "they have no such Python",
    "is not a Parquet file": "a file is no Parquet file",
    "CANNOT_READ_FILE_FOOTER": "a file is no whole Parquet file",
    "FAILED_READ_FILE": "a file cannot be read, or is damaged",
}


def reason(error: Exception) -> str:
    """Return why Spark failed, without what it says of rows: its own messages may quote cells."""
    text = str(error)
    for sign, why in KNOWN.items():
        if sign in text:
            return why
    condition = getattr(error, "getCondition", lambda: None)()
    return condition or type(error).__name__
