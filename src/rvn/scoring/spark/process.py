"""Spark's own process, where none runs here yet: started quietly, and ended with the work."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rvn import messages
from rvn.errors import BatchError

SECONDS = 30  # in which Java comes to its end by itself


def new_log() -> Path:
    """Return a file, which only its owner can read, for what Java and Spark say."""
    handle, name = tempfile.mkstemp(prefix="rvn-spark-", suffix=".log")
    os.close(handle)
    return Path(name)


def settings_for(master: str | None) -> Any:
    """Return the settings of a session of our own; without a master, Spark's settings say where it runs."""
    from pyspark import SparkConf

    settings = SparkConf().setAppName("rvn").set("spark.ui.showConsoleProgress", "false")
    if master is not None:
        settings.setMaster(master)
        if master.startswith("local"):
            os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # the workers are on this machine
    return settings


@contextmanager
def java(settings: Any, log: Path) -> Iterator[Any]:
    """Give Java's process, and end it.

    Parameters
    ----------
    settings
        Of Spark.
    log
        Where everything goes that the process says; Java's first lines no setting of logging would keep from a screen.

    Raises
    ------
    BatchError
        When SPARK_HOME names a folder without Spark.
    """
    from pyspark.java_gateway import launch_gateway

    launch: Any = launch_gateway
    with log.open("ab") as said:
        try:
            gateway = launch(settings, {"stdout": said, "stderr": said})
        except FileNotFoundError:
            why = f"there is no Spark in '{os.environ.get('SPARK_HOME', '')}'"
            remedy = "set SPARK_HOME to the folder of Spark, or unset it to take that of pyspark"
            raise BatchError(messages.SPARK_FAILS.at(why=why, remedy=remedy)) from None
    try:
        yield gateway
    finally:
        _end(gateway)


@contextmanager
def spark(gateway: Any, settings: Any) -> Iterator[Any]:
    """Give a session of Spark in Java's process, and end it."""
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    with _quiet():
        of_interrupts = signal.getsignal(signal.SIGINT)
        SparkContext._ensure_initialized(gateway=gateway, conf=settings)
        running = SparkSession.builder.config(conf=settings).getOrCreate()
        if threading.current_thread() is threading.main_thread():
            # pyspark's own would ask Java while it is being asked.
            signal.signal(signal.SIGINT, of_interrupts)
        server: Any = running.sparkContext._accumulatorServer
        server.handle_error = _nothing
        try:
            yield running
        finally:
            running.stop()


def _end(gateway: Any) -> None:
    """End the process, and let pyspark forget it."""
    from pyspark import SparkContext

    SparkContext._gateway = SparkContext._jvm = SparkContext._active_spark_context = None
    gateway.shutdown()
    gateway.proc.stdin.close()  # the sign to which it ends
    try:
        gateway.proc.wait(SECONDS)
    except subprocess.TimeoutExpired:
        gateway.proc.kill()
        gateway.proc.wait()


def _nothing(*_: object) -> None:
    """Stand in for what prints that a connection to Java is lost."""


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep from the screen what py4j says of a connection that is lost: that is raised, too."""

    def is_of_others(record: logging.LogRecord) -> bool:
        return "py4j" not in Path(record.pathname).parts

    root, own = logging.getLogger(), logging.getLogger("py4j")  # it uses both
    was_passed_on, own.propagate = own.propagate, False
    root.addFilter(is_of_others)
    try:
        yield
    finally:
        root.removeFilter(is_of_others)
        own.propagate = was_passed_on
