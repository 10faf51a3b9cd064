"""What a user calls: answers in, results with their reasons out, for one person or for a frame."""
