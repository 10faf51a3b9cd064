"""What a cut-off does: who is flagged, how often rightly, and what that is worth."""
