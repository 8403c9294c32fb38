"""What Python lacks, or takes too long for: dataclasses, lazy values, the collector at rest."""
