"""An instrument as the text of a view that a database administrator can read and install."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir

import rvn
from rvn import messages
from rvn.definition.scope import ASSESSED_ON
from rvn.errors import FrameError
from rvn.plan.nodes import Field
from rvn.plan.relation import Engine, Steps
from rvn.plan.relation.steps import bound
from rvn.plan.show import draw
from rvn.scoring.request import column_names, names_wanted
from rvn.scoring.table import Door, made_columns
from rvn.scoring.table_cells import read_fields
from rvn.scoring.version import Version

# The names under which people know the engines, by those of ibis and of sqlglot.
DIALECTS = {
    "duckdb": ("duckdb", "duckdb"),
    "postgres": ("postgres", "postgres"),
    "spark": ("databricks", "spark"),
    "databricks": ("databricks", "databricks"),
    "mssql": ("mssql", "tsql"),
    "oracle": ("oracle", "oracle"),
    "snowflake": ("snowflake", "snowflake"),
    "mysql": ("mysql", "mysql"),
}
WIDTH = 110  # letters of a line of a comment
TEXTS = {"choice": "string", "level": "string", "date": "date"}  # how a column is read; others as float64


def view_of(
    instrument: Version,
    dialect: str,
    *,
    table: str = "people",
    view: str = "",
    keep: Collection[str] = (),
    outputs: Collection[str] | None = None,
    on: date | str | None = None,
    columns: Mapping[str, str] | None = None,
    prefix: str = "",
) -> str:
    """Return the text of a view with what an instrument says about every row of a table.

    One common table expression stands for each level of the computation. Options may be stored as text or as whole
    numbers; what cannot be used makes its row ``invalid``, as in `rvn.scoring.table.score_table`.

    Parameters
    ----------
    instrument
        What to score with.
    dialect
        One of `DIALECTS`.
    table, view
        Names of the table and the view; without one of the view, a plain query.
    keep
        Columns of the table that stand in the view too, such as its key. When none are named, the answers.
    outputs, on, columns, prefix
        As in `rvn.scoring.table.score_table`.

    Raises
    ------
    FrameError
        For a dialect or name that is not known, or what the dialect cannot do, all at once.

    Examples
    --------
    >>> import rvn
    >>> text = view_of(rvn.load("broward-rules@2018"), "postgres", table="assessments", view="levels", keep=["id"])
    >>> text[text.index("create"):].splitlines()[0]
    'create view levels as'
    """
    if dialect not in DIALECTS:
        raise FrameError(messages.UNKNOWN_NAME.at(kind="dialect", name=dialect, near=messages.near(dialect, DIALECTS)))
    names, wanted = column_names(instrument, columns), names_wanted(instrument, outputs)
    fields = {n: f for n, f in instrument.plan.fields.items() if not (n == ASSESSED_ON and on is not None)}
    keep = list(keep) or [names[name] for name in fields]
    kinds = dict(_kinds(fields, names))
    steps = Steps(dict(ibis.schema(kinds).items()))
    door = Door(instrument, steps, read_fields(steps, instrument.plan.fields, names, on))
    made = made_columns(instrument, door, wanted, prefix)
    made = {name: value for name, value in made.items() if name not in keep}
    writer = _Writer(dialect)
    levels = steps.levels(made.values())
    read = [f"{writer.name(name)}" for name in keep if name not in kinds]
    read += [f"cast({writer.name(name)} as {writer.kind(kind)}) as {writer.name(name)}" for name, kind in kinds.items()]
    texts = [("recorded", "what was recorded, as text, numbers and days", read, writer.name(table))]
    known = dict(kinds)
    for place, level in enumerate(levels, start=1):
        below, here = texts[-1][0], f"level_{place}"
        columns_here = [f"{below}.*", *writer.selected(level, known)]
        texts.append((here, f"level {place} of {len(levels)}", columns_here, below))
        known |= {name: value.type() for name, value in level.items()}
    last = [*map(writer.name, keep), *writer.selected(made, known)]
    head = "\n".join(f"-- {line}" for line in _about(instrument, wanted, dialect))
    start = f"create view {writer.name(view)} as\n" if view else ""
    written = ",\n\n".join(writer.step(*text) for text in texts)
    return f"{head}\n{start}with\n{written}\n\nselect\n{writer.listed(last)}\n{writer.end(texts[-1][0])};\n"


def _kinds(fields: Mapping[str, Field], names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, field in fields.items():
        kind = TEXTS.get(field.kind, "float64")
        yield names[name], kind
        if field.is_component:
            yield from (
                (f"{names[name]}_status", "string"),
                (f"{names[name]}_low", kind),
                (f"{names[name]}_high", kind),
            )


def _about(instrument: Version, wanted: Collection[str], dialect: str) -> Iterator[str]:
    """Yield what the view is, line by line."""
    yield f"{instrument.title('en')}, {instrument.reference}"
    yield f"fingerprint {instrument.fingerprint}"
    yield f"written by rvn {rvn.__version__} for {dialect}; every output has its status and the range left open"
    yield "unknown is null; columns begin with the name of the step or item that they belong to:"
    for branch in draw(instrument.plan)[1]:
        line = " ".join(branch.text.split())
        yield f"  {line}" if len(line) < WIDTH else f"  {line[: WIDTH - 1]}…"


class _Writer:
    """Writes expressions in the SQL of an engine, in small letters."""

    def __init__(self, dialect: str) -> None:
        import sqlglot
        from ibis.backends.sql import compilers

        compiled_as, self._written_as = DIALECTS[dialect]
        self._compiler = getattr(compilers, compiled_as).compiler
        self._dialect = sqlglot.Dialect.get_or_raise(self._written_as)
        self._engine = Engine(dialect)

    def name(self, name: str) -> str:
        """Return a name, in quotes where it would be something else without."""
        from sqlglot import exp

        return str(exp.to_identifier(name, quoted=self._is_special(name)).sql(dialect=self._dialect))

    def _is_special(self, name: str) -> bool:
        return not re.fullmatch("[a-z][a-z0-9_]*", name) or name.upper() in self._dialect.tokenizer_class.KEYWORDS

    def kind(self, kind: str) -> str:
        """Return the name of a type."""
        from sqlglot import exp

        known = {"string": "varchar(4000)" if self._written_as in ("oracle", "tsql") else "text", "float64": "double"}
        return self._exactly(str(exp.DataType.build(known.get(kind, kind)).sql(dialect=self._dialect)).lower())

    def selected(self, values: Mapping[str, ir.Value], known: Mapping[str, Any]) -> list[str]:
        """Return values as they stand in a select over columns of known types."""
        from sqlglot import exp

        table = ibis.table(known, name="below")
        query = table.select(**{name: bound(value, table) for name, value in values.items()})
        found = []
        for selected in self._compiler.to_sqlglot(query).expressions:
            column = selected.copy()  # ibis uses one piece in several places
            for identifier in column.find_all(exp.Identifier):
                identifier.set("quoted", self._is_special(identifier.name))
            for reference in column.find_all(exp.Column):
                reference.set("table", None)
            _made_plain(column)
            text = column.sql(dialect=self._dialect, pretty=True, max_text_width=WIDTH)
            found.append(_closer(self._exactly(_in_small_letters(text))))
        return found

    def _exactly(self, text: str) -> str:
        """Return SQL in which float64 is float64: the double precision of Oracle is a decimal number."""
        return text.replace("double precision", "binary_double") if self._written_as == "oracle" else text

    def step(self, name: str, what: str, columns: list[str], below: str) -> str:
        """Return one common table expression."""
        fence = "\n  offset 0 -- so that no level is written into the next" if self._engine.is_fenced else ""
        return f"-- {what}\n{name} as (\n  select\n{self.listed(columns, 4)}\n  from {below}{fence}\n)"

    def end(self, below: str) -> str:
        """Return from where the last select reads."""
        closed = (
            "\n-- so that nothing made of it is planned into it:\nwhere (select true)" if self._engine.is_closed else ""
        )
        return f"from {below}{closed}"

    def listed(self, columns: list[str], indent: int = 2) -> str:
        """Return columns one below the other."""
        space = " " * indent
        return ",\n".join("\n".join(space + line for line in column.splitlines()) for column in columns)


def _made_plain(column: Any) -> None:
    """Take out of a formula what says nothing: brackets that are not needed, and `else null`."""
    from sqlglot import exp

    simple = (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.Is, exp.In, exp.Between, exp.Not)
    for node in reversed(list(column.find_all(exp.Paren, exp.Case))):
        if isinstance(node, exp.Case):
            if isinstance(node.args.get("default"), exp.Null):
                node.set("default", None)
            continue
        is_joined = isinstance(node.parent, (exp.And, exp.Or)) and isinstance(node.this, (*simple, type(node.parent)))
        is_compared = isinstance(node.parent, simple) and isinstance(node.this, (exp.In, exp.Add, exp.Sub))
        if is_joined or is_compared:
            node.replace(node.this)


_NOT_IN = re.compile(r"\bnot (\w+) in \(")
# A condition and what follows from it, short enough for one line; and an entry of a list on a line of its own.
_BRANCH = re.compile(r"(?m)^( *when [^\n]{1,60})\n *(then [^\n]{1,40})$")
_ENTRIES = re.compile(r"(?m)^( *)((?:-?[0-9.]+|'[^'\n]*'),\n(?: *(?:-?[0-9.]+|'[^'\n]*'),?\n)+)")


def _closer(text: str) -> str:
    """Return SQL with branches on one line, the entries of long lists side by side, and long sums on several lines."""
    lines = _ENTRIES.sub(_filled, _BRANCH.sub(r"\1 \2", text)).split("\n")
    return "\n".join(_broken(line) if len(line) > WIDTH and "'" not in line else line for line in lines)


def _broken(line: str) -> str:
    indent = " " * (len(line) - len(line.lstrip()))
    return line.replace(" + ", f"\n{indent}+ ")


def _filled(entries: re.Match[str]) -> str:
    indent, listed = entries[1], entries[2].split()
    return textwrap.indent(textwrap.fill(" ".join(listed), WIDTH, break_on_hyphens=False), indent) + "\n"


def _in_small_letters(text: str) -> str:
    """Return SQL with everything in small letters but what stands in quotes, and `not a in` as `a not in`."""
    parts = re.split(r"('(?:[^']|'')*'|\"[^\"]*\"|`[^`]*`|\[[^\]]*\])", text)
    return "".join(part if place % 2 else _NOT_IN.sub(r"\1 not in (", part.lower()) for place, part in enumerate(parts))
