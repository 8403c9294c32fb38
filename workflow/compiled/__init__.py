"""Answers → ledger, matrices, status and the workbook that shows them."""
