"""How strongly a score and an outcome go together."""
