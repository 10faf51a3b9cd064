"""Risk-and-needs assessment: instruments as data, scores with reasons, validation from a tally."""

from typing import Any

from rvn.catalog import references
from rvn.errors import (
    AnswersError,
    CatalogError,
    ContractError,
    DefinitionError,
    Diagnostic,
    FrameError,
    HistoryError,
    IdentityError,
    OverrideError,
    Place,
    RecordError,
    RvnError,
)
from rvn.plan.status import Status
from rvn.scoring.instrument import Instrument, load
from rvn.scoring.output import Output
from rvn.scoring.override import Override
from rvn.scoring.result import Result

__version__ = "0.1.0"

__all__ = [
    "AnswersError",
    "CatalogError",
    "ContractError",
    "DefinitionError",
    "Diagnostic",
    "FrameError",
    "HistoryError",
    "IdentityError",
    "Instrument",
    "Output",
    "Override",
    "OverrideError",
    "Place",
    "RecordError",
    "Result",
    "RvnError",
    "Status",
    "load",
    "references",
]


def __getattr__(name: str) -> Any:
    # Scoring needs none of the packages that validation does.
    if name != "validate":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from rvn.validation import validate

    return validate
