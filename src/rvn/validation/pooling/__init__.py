"""Several samples together."""
