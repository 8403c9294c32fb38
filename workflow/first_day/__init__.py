"""The first day: the plan, and last year's answers, from the table a city already has."""
