"""What a researcher calls: arrays with counts in, estimates out."""
