"""Studies as files: what is asked, of whom and by which criteria is written before the data are looked at."""
