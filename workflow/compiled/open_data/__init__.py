"""The ledger for other programs: CSV, Parquet, JSON and their descriptions."""
