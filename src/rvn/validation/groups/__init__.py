"""Whether an instrument works alike in every group."""
