"""Workbooks as Excel keeps them (.xlsx) → raw workbooks: exact, of a plan and of a return alike."""
