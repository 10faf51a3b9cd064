"""What every statistic stands on: equal rows grouped, limits, draws, several tests at once."""
