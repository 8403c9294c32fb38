"""What people write by hand in a plan: days, grades, names instead of codes."""
