"""The package of the city's workbook, edited part by part."""
