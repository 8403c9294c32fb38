"""The round trip: plan → templates → returned → compiled."""

import os

VERSION = "0.1.0"

# openpyxl looks at this when it is imported: lxml, where installed, would take it past defusedxml.
os.environ["OPENPYXL_LXML"] = "False"
