"""A returned file before it is read: what it is, and whether it is safe to open."""
