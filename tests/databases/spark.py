"""Spark for the tests: a session of two workers in this process's own JVM, and frames as its tables."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ibis
import polars as pl

MASTER = "local[2]"
PARTS = 4  # that a table is in, so that both workers have some


def why_not() -> str:
    """Return why there is no Spark to be had, empty where there is one."""
    has_java = shutil.which("java") or os.environ.get("JAVA_HOME")
    return "" if has_java else "Spark needs Java: install Debian's default-jre-headless, or set JAVA_HOME"


@contextlib.contextmanager
def session() -> Iterator[Any]:
    """Run Spark and give the session."""
    from pyspark.sql import SparkSession

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    settings = {
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.log.level": "OFF",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.execution.arrow.pyspark.enabled": "true",
        "spark.driver.memory": "2g",
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    }
    builder = SparkSession.builder.master(MASTER)
    for name, value in settings.items():
        builder = builder.config(name, value)
    running = builder.getOrCreate()
    try:
        yield running
    finally:
        running.stop()


@contextlib.contextmanager
def table_of(spark: Any, people: pl.DataFrame) -> Iterator[ibis.Table]:
    """Give people as a table of Spark in several parts; by way of a file, where NULL and NaN stay two things."""
    folder = Path(tempfile.mkdtemp(prefix="rvn-spark-"))
    try:
        file = folder / "people.parquet"
        people.write_parquet(file, row_group_size=max(1, -(-people.height // PARTS)))
        spark.conf.set("spark.sql.files.maxPartitionBytes", str(max(1, file.stat().st_size // PARTS)))
        spark.conf.set("spark.sql.files.openCostInBytes", "0")
        yield ibis.pyspark.connect(spark).read_parquet(file)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
