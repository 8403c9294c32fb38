"""Many returns → the one answer that counts for each assignment."""
