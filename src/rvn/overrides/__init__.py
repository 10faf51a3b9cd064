"""Overrides of many people: read from columns, checked, counted, and set against what happened later."""

from rvn.overrides.frame import apply
from rvn.overrides.summary import Summary, summary
from rvn.scoring.override import Overridden, Override, Review, review, review_levels

__all__ = ["Overridden", "Override", "Review", "Summary", "apply", "review", "review_levels", "summary"]
