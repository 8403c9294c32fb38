"""The compiled workbook, one module a sheet."""
