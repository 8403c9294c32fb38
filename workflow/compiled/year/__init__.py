"""A year of several rounds: one round made of them, and what only the whole year shows."""
