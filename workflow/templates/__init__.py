"""Plan → layout → locked workbook, and the register of what was issued to whom."""
