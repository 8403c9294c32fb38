"""`python run.py` alone: where the workspace stands, and the next sensible step as a number."""
