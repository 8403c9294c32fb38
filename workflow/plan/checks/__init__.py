"""What the schema cannot say of a plan: names, references, numbers, rounds and indicators."""
