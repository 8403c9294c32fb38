"""A year beside the years before."""
