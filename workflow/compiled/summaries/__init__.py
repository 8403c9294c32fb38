"""What is said of a round: counts, points to look at, one page, what was put right."""
