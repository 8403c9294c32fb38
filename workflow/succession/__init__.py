"""From one fiscal year to the next: the plan carried forward, and what changed in between."""
