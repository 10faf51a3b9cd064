"""Spark's own process, where none runs here yet: started quietly, and ended with the work."""

from __future__ import annotations

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
    """
    from pyspark.java_gateway import launch_gateway

    launch: Any = launch_gateway
    with log.open("ab") as said:
        gateway = launch(settings, {"stdout": said, "stderr": said})
    try:
        yield gateway
    finally:
        _end(gateway)


@contextmanager
def spark(gateway: Any, settings: Any) -> Iterator[Any]:
    """Give a session of Spark in Java's process, and end it."""
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    with _interrupts_kept():
        SparkContext._ensure_initialized(gateway=gateway, conf=settings)
        running = SparkSession.builder.config(conf=settings).getOrCreate()
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


@contextmanager
def _interrupts_kept() -> Iterator[None]:
    """Give Ctrl-C back at the end: pyspark takes it for good."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGINT)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
