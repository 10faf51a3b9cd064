"""How many had the outcome at each score and level, and where a score stands among others."""
