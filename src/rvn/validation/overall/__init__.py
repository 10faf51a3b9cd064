"""One call for all that a validity study reports."""
