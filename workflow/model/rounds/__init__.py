"""Rounds within a year: what the plan declares, what each asks, what earlier ones answered."""
