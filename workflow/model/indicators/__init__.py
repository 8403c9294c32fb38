"""Indicators 指標: what a plan declares, the fields they ask, and how an actual is graded."""
