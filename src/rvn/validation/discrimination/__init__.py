"""Whether those with the outcome score higher."""
