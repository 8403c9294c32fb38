"""What reading returns needs, imported once by the process that worker processes are forked from.

What few files or none need (passwords, other formats, the words for what is wrong with an answer)
is imported by the worker that meets one: a city's twelve files would wait longer for all of it than
for being read.
"""

from __future__ import annotations

import encodings.cp437

import lxml.etree

import workflow.excel.xlsx.reader
import workflow.returned.intake.decrypt
import workflow.returned.judge
import workflow.templates.register_file

LOADED = (
    encodings.cp437,  # for names in a zip
    lxml.etree,
    workflow.excel.xlsx.reader,
    workflow.returned.intake.decrypt,
    workflow.returned.judge,
    workflow.templates.register_file,
)
