"""The same questions where people were followed for unequal times."""
