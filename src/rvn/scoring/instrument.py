"""An instrument: a definition ready to score one person or a frame."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rvn.catalog import load_definition
from rvn.definition.load import in_order
from rvn.errors import Diagnostic
from rvn.plan.explain import Evaluation
from rvn.scoring.answers import read_answers
from rvn.scoring.result import Result
from rvn.scoring.version import Version

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from rvn.batch import Progress
    from rvn.scoring.files.score import ScoredFile
    from rvn.scoring.frame import ScoredFrame


class Instrument(Version):
    """One version of an instrument, and every way of scoring with it."""

    def score(self, answers: Mapping[str, object], *, on: date | str | None = None) -> Result:
        """Return what the instrument says about one person.

        Parameters
        ----------
        answers
            By name: items, given facts, and results of component instruments. An absent answer is left out, None,
            or the reason why it is absent.
        on
            Day of the assessment, where the instrument needs it; scoring never asks the clock.

        Raises
        ------
        AnswersError
            With every problem of the answers; no message repeats an answer.

        Examples
        --------
        >>> import rvn
        >>> audit = rvn.load("audit@2001")
        >>> audit.score({"frequency": "never", "injury": "no", "concern": "no"})["total"].value
        0
        """
        readings, justifications = read_answers(self.plan, self.definition, answers, on)
        components = {name: given for name, given in answers.items() if isinstance(given, Result)}
        return Result(self, Evaluation(self.plan, readings), on, justifications, components)

    def score_frame(
        self,
        frame: Any,
        *,
        on: date | str | None = None,
        columns: Mapping[str, str] | None = None,
        prefix: str = "",
        outputs: Collection[str] | None = None,
    ) -> ScoredFrame:
        """Return a frame with the outputs of every row beside it; see `rvn.scoring.frame.score_frame`."""
        from rvn.scoring.frame import score_frame

        return score_frame(self, frame, on=on, columns=columns, prefix=prefix, outputs=outputs)

    def score_file(
        self,
        source: str | Path,
        destination: str | Path,
        *,
        on: date | str | None = None,
        mapping: str | Path | None = None,
        columns: Mapping[str, str] | None = None,
        id_column: str | None = None,
        prefix: str = "",
        outputs: Collection[str] | None = None,
        separator: str = ",",
        resume: bool = False,
        replace: bool = False,
        progress: Callable[[Progress], None] | None = None,
    ) -> ScoredFile:
        """Score a file of any size into another; see `rvn.scoring.files.score.score_file`."""
        from rvn.scoring.files.score import score_file

        return score_file(
            self,
            source,
            destination,
            on=on,
            mapping=mapping,
            columns=columns,
            id_column=id_column,
            prefix=prefix,
            outputs=outputs,
            separator=separator,
            resume=resume,
            replace=replace,
            progress=progress,
        )

    def score_with_spark(
        self,
        source: str | Path,
        destination: str | Path,
        *,
        master: str | None = None,
        on: date | str | None = None,
        mapping: str | Path | None = None,
        columns: Mapping[str, str] | None = None,
        id_column: str | None = None,
        prefix: str = "",
        outputs: Collection[str] | None = None,
        replace: bool = False,
        progress: Callable[[Progress], None] | None = None,
    ) -> ScoredFile:
        """Score Parquet files on a cluster; see `rvn.scoring.spark.score.score_with_spark`."""
        from rvn.scoring.spark.score import score_with_spark

        return score_with_spark(
            self,
            source,
            destination,
            master=master,
            on=on,
            mapping=mapping,
            columns=columns,
            id_column=id_column,
            prefix=prefix,
            outputs=outputs,
            replace=replace,
            progress=progress,
        )

    def score_table(
        self,
        table: ir.Table,
        *,
        outputs: Collection[str] | None = None,
        on: date | str | None = None,
        columns: Mapping[str, str] | None = None,
        prefix: str = "",
    ) -> ir.Table:
        """Return a table of a database with the outputs of every row beside it; see `rvn.scoring.table.score_table`."""
        from rvn.scoring.table import score_table

        return score_table(self, table, outputs=outputs, on=on, columns=columns, prefix=prefix)

    def table_problems(
        self,
        table: ir.Table,
        *,
        key: str | Collection[str],
        on: date | str | None = None,
        columns: Mapping[str, str] | None = None,
    ) -> ir.Table:
        """Return a table with one row a problem; see `rvn.scoring.table_problems.table_problems`."""
        from rvn.scoring.table_problems import table_problems

        return table_problems(self, table, key=key, on=on, columns=columns)

    def check(self) -> tuple[Diagnostic, ...]:
        """Return everything an author should look at: errors of meaning, failing tests, and warnings."""
        # Authors ask for it; everybody else would wait for these at every start.
        from rvn.definition.checks import check
        from rvn.scoring.examples import check_examples

        return tuple(in_order([*check(self.loaded), *check_examples(self)]))

    def __repr__(self) -> str:
        return f"<Instrument {self.reference}>"


def load(reference: str | Path, *, profile: str | Path | None = None) -> Instrument:
    """Return one version of an instrument.

    Parameters
    ----------
    reference
        ``id@version``, or the path of a definition file.
    profile
        What makes it local: the name of a file under ``profiles`` beside the definition, or a path.

    Raises
    ------
    CatalogError
        When there is no such instrument or version, or the version is not said.
    DefinitionError
        When its definition is wrong; carries every problem.

    Examples
    --------
    >>> load("audit@2001").title("en")
    'Alcohol use disorders identification test'
    """
    loaded = load_definition(reference, profile)
    return Instrument(loaded, loaded.plan)
