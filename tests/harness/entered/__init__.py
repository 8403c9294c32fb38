"""What a person sees in a file that came back, read by nothing the product reads with.

The parts of a package are taken apart here, .xls by xlrd, .xlsb by pyxlsb and by its records. A
page is a sheet: its cells, and the texts beside them.
"""
