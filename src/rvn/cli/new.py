"""Starts a definition: the templates beside this module, under a name of one's own."""

from __future__ import annotations

import re
from pathlib import Path

from rvn.cli import problems
from rvn.cli.problems import CommandError

TEMPLATES = Path(__file__).parent / "templates"
VERSION = "0.1"
_NAME_THERE = "my-instrument"
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def started(name: str, folder: Path) -> tuple[Path, ...]:
    """Write a new definition with its texts under a folder, and return the files, the definition first.

    Parameters
    ----------
    name
        Identifier of the instrument, and name of its folder.
    folder
        Where the folders of instruments stand.

    Raises
    ------
    CommandError
        When the name is none for an instrument, or a file would be written over; nothing is written then.
    """
    if not _NAME.fullmatch(name) or len(name) > 64:
        raise CommandError(problems.BAD_ID.at(name=name))
    home = folder / name
    contents = {home / f"{VERSION}.yaml": TEMPLATES / "definition.yaml"} | {
        home / "texts" / path.name: path for path in sorted((TEMPLATES / "texts").glob("*.yaml"))
    }
    there = [path for path in contents if path.exists()]
    if there:
        raise CommandError([problems.IS_THERE.at(file=problems.shortened(str(path))) for path in there])
    for path, template in contents.items():
        text = template.read_text(encoding="utf-8").replace(_NAME_THERE, name)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8", newline="\n") as file:  # x: what came in the meantime stays
                file.write(text)
        except OSError as error:
            why = problems.reason(error)
            raise CommandError(problems.CANNOT_WRITE.at(file=problems.shortened(str(path)), why=why)) from None
    return tuple(contents)
