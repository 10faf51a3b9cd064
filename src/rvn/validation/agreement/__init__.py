"""Whether raters say the same."""
