"""What stands in a city's table: its headings, columns, rows and items."""
