"""Where Spark puts what it makes: hidden beside its place while it is made, and at its place only when it is whole."""

from __future__ import annotations

from types import TracebackType

from rvn import messages
from rvn.errors import BatchError, FrameError
from rvn.scoring.spark import SAID
from rvn.scoring.spark.places import Places


class Targets:
    """The folders of results and problems; what is not published at the end of a `with` is removed.

    Parameters
    ----------
    places
        Where Spark keeps files.
    target
        The folder of results.
    source
        What is read.
    replace
        Whether to replace what is there, and what a run that was stopped has left.

    Raises
    ------
    FrameError
        Where the output would hide its input, or cannot stand where it is to stand.
    BatchError
        Where something is there already.
    """

    def __init__(self, places: Places, target: str, source: str, *, replace: bool) -> None:
        self._places, self._replace = places, replace
        self.targets = {"problems": problems_of(target), "output": target}
        folder, slash, name = target.rpartition("/")
        self._work = f"{folder}{slash}.{name}.unfinished"
        if folder and not places.exists(folder):
            why, remedy = f"there is no folder '{folder}'", "make it, or choose another place"
            raise FrameError(messages.OUTPUT_FAILS.at(file=target, why=why, remedy=remedy))
        whole = places.whole(source)
        if any(f"{places.whole(place)}/".startswith(f"{whole}/") for place in self.targets.values()):
            raise FrameError(messages.OUTPUT_IS_INPUT.at(file=source))
        there = [place for place in self.targets.values() if places.exists(place)]
        if there and not replace:
            raise BatchError(messages.OUTPUT_THERE.at(file=place) for place in there)
        if places.exists(self._work) and not replace:
            raise BatchError(messages.SPARK_UNFINISHED.at(file=target))

    def __enter__(self) -> Targets:
        self._places.remove(self._work)
        if not self._places.make_folder(self._work):
            remedy = "check the rights of the user that Spark runs as, or choose another place"
            raise BatchError(
                messages.OUTPUT_FAILS.at(file=self.targets["output"], why="no folder can be made there", remedy=remedy)
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._places.remove(self._work)

    def made(self, name: str) -> str:
        """Return where results or problems are made."""
        return f"{self._work}/{name}"

    def publish(self, said: str) -> None:
        """Put whole folders at their places, the results last: where they stand, everything is done."""
        for name in self.targets:
            self._places.write(f"{self.made(name)}/{SAID}", said.encode())
        for name, target in self.targets.items():
            if self._replace and self._places.exists(target):
                self._places.move(target, self.made(f"replaced {name}"))
            if not self._places.move(self.made(name), target):
                why = "its folder cannot be given its name"
                raise BatchError(messages.OUTPUT_FAILS.at(file=target, why=why, remedy="choose another place"))


def problems_of(target: str) -> str:
    """Return where the problems of a folder of results stand.

    >>> problems_of("hdfs://node/scored.parquet")
    'hdfs://node/scored.problems.parquet'
    """
    return f"{target[: -len('.parquet')]}.problems.parquet"
