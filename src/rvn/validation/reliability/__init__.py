"""Whether the items of a scale measure one thing, and which change is more than error."""
