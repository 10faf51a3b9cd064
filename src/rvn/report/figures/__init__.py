"""The figures of a report, drawn with matplotlib: the same results, the same bytes."""
