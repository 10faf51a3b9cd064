"""Table P of the methods: 24 people in two groups, two scores each."""

OUTCOME = [1, 0, 0, 1, 0, 0, 1, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0]
SCORE = [7, 3, 4, 6, 2, 5, 5, 1, 8, 4, 0, 3, 4, 2, 6, 9, 1, 3, 5, 6, 2, 4, 3, 0]
GROUP = ["A", "B"] * 12
