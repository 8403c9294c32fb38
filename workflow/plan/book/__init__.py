"""plan.xlsx: the plan as a workbook, declared once for reading and writing."""
