"""The round trip: plan → templates → returned → compiled."""

import os
from pathlib import Path

VERSION = "0.2.0"

_PARENT = Path(__file__).resolve().parent.parent

SOURCE_FOLDER = _PARENT if (_PARENT / "run.py").is_file() else None
"""The folder of run.py, which is also where people work; None when the tool is installed."""

COMMAND = "python run.py" if SOURCE_FOLDER else "torimatome"
"""What people type to start the tool."""

# openpyxl looks at this when it is imported: lxml, where installed, would take it past defusedxml.
os.environ["OPENPYXL_LXML"] = "False"
