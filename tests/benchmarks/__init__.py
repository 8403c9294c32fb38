"""How fast とりまとめ is beside what people would use instead; `python -m tests.benchmarks`."""
