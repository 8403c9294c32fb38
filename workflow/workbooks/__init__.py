"""Writing workbooks: nothing guessed from text, rows in bulk, parts compressed as they come."""
