"""A file that grows part by part in the work folder, and stands at its place only when it is whole."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from rvn.batch.forms import Encoded, Form
from rvn.batch.growing import Growing


class Output:
    """A file that is being written, and beside it what its end must know of the parts.

    Parameters
    ----------
    path
        Where it grows.
    form
        How tables become bytes.
    schema
        Of every table.
    """

    def __init__(self, path: Path, form: Form, schema: pa.Schema) -> None:
        self.path = path
        self.form = form
        self.schema = schema
        self.parts = self.rows = 0
        self._content = Growing(path)
        self._kept = Growing(path.with_name(f"{path.name}.kept"))

    def begin(self) -> None:
        """Write what stands before the first part."""
        self.go_back([0, 0, 0, 0])
        self._content.append(self.form.start(self.schema))

    def append(self, part: Encoded) -> None:
        """Write a part behind those before it."""
        if part.rows:
            self._kept.append(self.form.kept(part, self._content.length))
            self._content.append(part.content)
            self.parts += 1
            self.rows += part.rows

    def state(self) -> list[int]:
        """Make sure that everything is on the disk, and return how much there is."""
        return [self._content.state(), self._kept.state(), self.parts, self.rows]

    def go_back(self, state: list[int]) -> None:
        """Forget what was written after a state was taken."""
        content, kept, self.parts, self.rows = state
        self._content.go_back(content)
        self._kept.go_back(kept)

    def finish(self, metadata: dict[bytes, bytes]) -> None:
        """Write the end of the file, with metadata where its form has a place for them."""
        schema = self.schema.with_metadata({**(self.schema.metadata or {}), **metadata})
        kept = self._kept.read(0, self._kept.length)
        self._content.append(self.form.end(schema, kept, self.parts, self.rows))
        self._content.state()

    def close(self) -> None:
        """Close the files as they are."""
        self._content.close()
        self._kept.close()
