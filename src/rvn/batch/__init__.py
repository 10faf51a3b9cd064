"""Many rows in files: read, transformed, written, resumed, and every row accounted for.

What is done with the rows is a function from an Arrow table to an Arrow table and a table of problems. Scoring is one;
any other runs in the same way, in bounded memory, in parallel and in order:

>>> import pyarrow as pa, pyarrow.compute as pc, pyarrow.parquet as pq, tempfile
>>> from pathlib import Path
>>> from rvn.batch import ParquetSource, Part, Parquet, run
>>> folder = Path(tempfile.mkdtemp())
>>> pq.write_table(pa.table({"priors": [0, 3]}), folder / "in.parquet")
>>> def doubled(table):
...     return Part(table.append_column("twice", pc.multiply(table["priors"], 2)))
>>> account = run(ParquetSource(folder / "in.parquet"), doubled, folder / "out.parquet", Parquet(), recipe={"twice": 2})
>>> account.rows_in, account.rows_out, account.not_scored
(2, 2, 0)
>>> pq.read_table(folder / "out.parquet")["twice"].to_pylist()
[0, 6]

The function is called on several threads at once and must depend on its table alone. It is first called with a table
of no rows: what it returns has the columns of the output, and what it raises (`FrameError`) is said before anything
runs. Problems come from `problem_rows`, with rows counted from 0 in the table that went in. `recipe` names everything
beside the input that the output depends on: a run that was stopped is resumed only with the same one, and it stands in
the file's metadata.

Every chunk is read, transformed and encoded on its own; finished parts are put one behind the other in a hidden folder
beside the destination, a journal says how far they reach, and at the end the whole file is renamed to its place.
"""

from rvn.batch.account import Account
from rvn.batch.chunk import PROBLEMS, Chunk, Part, Pending, Source, Transform, problem_rows
from rvn.batch.forms import Csv, Form, Parquet
from rvn.batch.parquet_source import ParquetSource
from rvn.batch.running import Progress, problems_beside, run

__all__ = [
    "PROBLEMS",
    "Account",
    "Chunk",
    "Csv",
    "Form",
    "Parquet",
    "ParquetSource",
    "Part",
    "Pending",
    "Progress",
    "Source",
    "Transform",
    "problem_rows",
    "problems_beside",
    "run",
]
