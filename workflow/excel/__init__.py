"""Workbooks as Excel keeps them: written here, and read exactly in `xlsx`."""
