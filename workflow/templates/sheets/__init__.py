"""The sheets of a template as they are written: cover, entries, what to correct."""
