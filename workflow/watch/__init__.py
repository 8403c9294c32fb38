"""Looking after returned/YEAR: what lands there is judged at once, with one line for each file."""
