"""Why Spark failed, in words of our own: what Spark says itself is long, and may quote cells."""

from __future__ import annotations

import re
from importlib.metadata import version
from pathlib import Path

from rvn import messages
from rvn.errors import Diagnostic

# A sign in what Spark says, and what is wrong with its workers.
OF_WORKERS = {
    "No module named 'rvn'": "they have no rvn",
    "No module named": "they lack a library that rvn needs",
    "PYTHON_VERSION_MISMATCH": "they have another version of Python",
    "Cannot run program": "they have no such Python",
}
# … or with anything else, and what to do; the first that is found counts.
OF_SPARK = {
    "No space left on device": ("no space is left on a disk", "make room, also where spark.local.dir is"),
    "Permission denied": ("permission is denied", "check the rights of the user that Spark runs as"),
    "Read-only file system": ("a disk can only be read", "choose another place"),
    "Could not parse Master URL": (
        "there is no such kind of master",
        "write it as local[2], yarn or spark://host:7077",
    ),
    "Master must either be yarn": (
        "there is no such kind of master",
        "write it as local[2], yarn or spark://host:7077",
    ),
    "Invalid master URL": ("there is no such kind of master", "write it as local[2], yarn or spark://host:7077"),
    "HADOOP_CONF_DIR or YARN_CONF_DIR must be set": (
        "nothing says where YARN is",
        "set HADOOP_CONF_DIR to the folder with the settings of the cluster",
    ),
    "All masters are unresponsive": ("no master answers", "check the address and port, and that the master runs"),
    "UnsupportedClassVersionError": ("Java is too old", "install Java 17 or newer, or set JAVA_HOME"),
    "OutOfMemoryError": ("the memory is used up", "give it more: spark.driver.memory, spark.executor.memory"),
    "UnsupportedFileSystemException": ("Spark knows no such kind of address", "check what stands before ://"),
    "No FileSystem for scheme": ("Spark knows no such kind of address", "check what stands before ://"),
    "UnknownHostException": ("there is no such host", "check the address"),
    "Connection refused": ("no connection was made", "check the address and port"),
    "is not a Parquet file": ("a file is no Parquet file", "make the file again, or copy it again"),
    "CANNOT_READ_FILE_FOOTER": ("a file is no whole Parquet file", "make the file again, or copy it again"),
    "SparkContext was shut down": ("it was stopped from outside", "run it again"),
    "JAVA_GATEWAY_EXITED": ("Java did not start", "check JAVA_HOME and PYSPARK_SUBMIT_ARGS"),
}

_READING = re.compile(r"FAILED_READ_FILE\S* Encountered error while reading file (.+?)\. ")


def failure(error: Exception, log: Path | None, target: str) -> Diagnostic:
    """Return why Spark failed.

    Parameters
    ----------
    error
        What it raised.
    log
        Where everything stands that it said, if that is ours.
    target
        What was to be made.
    """
    from py4j.protocol import Py4JNetworkError

    is_lost = isinstance(error, (ConnectionError, Py4JNetworkError))
    where = "" if log is None else f"; what Spark said stands in {log}"
    nothing = f"nothing was written to '{target}'"
    # What was raised counts before what was said on the way.
    for said in ("" if is_lost else str(error), "" if log is None else log.read_text(errors="replace")):
        for sign, lack in OF_WORKERS.items():
            if sign in said:
                return messages.WORKERS_LACK.at(version=version("rvn"), why=lack, where=where)
        damaged = _READING.search(said)
        if damaged:
            why, remedy = f"'{damaged[1]}' cannot be read, or is damaged", "make the file again, or copy it again"
            return messages.SPARK_FAILS.at(why=f"{why}; {nothing}", remedy=f"{remedy}{where}")
        for sign, (why, remedy) in OF_SPARK.items():
            if sign in said:
                return messages.SPARK_FAILS.at(why=f"{why}; {nothing}", remedy=f"{remedy}{where}")
    if is_lost:
        why, remedy = "Java came to its end before its time", "look whether the memory was used up, and run it again"
        return messages.SPARK_FAILS.at(why=f"{why}; {nothing}", remedy=f"{remedy}{where}")
    why = getattr(error, "getCondition", lambda: None)() or type(error).__name__
    remedy = where.removeprefix("; ") or "look into Spark's own messages"
    return messages.SPARK_FAILS.at(why=f"{why}; {nothing}", remedy=remedy)
