"""Files of any size are scored: how a file writes answers, its layout, and the run over it."""
