"""The city's own form as it comes back: its sheets, its answers, and what stands beside them."""
