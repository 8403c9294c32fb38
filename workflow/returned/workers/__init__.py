"""Untrusted files are judged in worker processes; what was judged is kept."""
