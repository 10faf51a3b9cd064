"""Risk-and-needs assessment: instruments as data, scores with reasons, validation from a tally."""
