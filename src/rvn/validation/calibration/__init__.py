"""Whether as many have the outcome as published, and how to mend it where not."""
