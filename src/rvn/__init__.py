"""Risk-and-needs assessment: instruments as data, scores with reasons, validation from a tally."""

from rvn.catalog import load, references
from rvn.errors import (
    AnswersError,
    CatalogError,
    ContractError,
    DefinitionError,
    Diagnostic,
    FrameError,
    Place,
    RvnError,
)

__version__ = "0.1.0"

__all__ = [
    "AnswersError",
    "CatalogError",
    "ContractError",
    "DefinitionError",
    "Diagnostic",
    "FrameError",
    "Place",
    "RvnError",
    "load",
    "references",
]
