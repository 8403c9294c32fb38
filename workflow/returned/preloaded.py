"""What reading returns needs, imported once by the process that worker processes are forked from.

Most readers import these when they first need them, which every new worker would do anew.
"""

from __future__ import annotations

import defusedxml.ElementTree
import jsonschema
import msoffcrypto
import olefile
import openpyxl
import python_calamine

import workflow.returned.judge
import workflow.returned.reader
import workflow.returned.second_reading

LOADED = (
    defusedxml.ElementTree,
    jsonschema,
    msoffcrypto,
    olefile,
    openpyxl,
    python_calamine,
    workflow.returned.judge,
    workflow.returned.reader,
    workflow.returned.second_reading,
)
