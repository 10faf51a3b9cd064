"""Scores files on a cluster: Spark hands the rows out, and every worker scores its own as a frame is scored."""

SAID = "_rvn.json"  # in a folder of results, what a file of results has in its metadata
