"""Looking after returned/YEAR: what lands there is judged at once, and told in one line each."""
