"""What `python run.py` can do: one module a command, each readable from top to bottom."""
