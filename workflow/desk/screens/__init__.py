"""The pages of the desk, one module each: what it shows, and what is sent to it."""
