"""Indicators: how actuals are graded, read and doubted."""
