"""Returned files → guard → raw sheets → answers and findings."""
