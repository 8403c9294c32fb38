"""All that is printed on a template, read back from its own bytes."""

from __future__ import annotations

from workflow.excel.xlsx.package import Package
from workflow.excel.xlsx.xml_reader import shared_texts


def printed_texts(template: bytes) -> tuple[str, ...]:
    """Return every text on a template of ours, each once, sorted."""
    return tuple(sorted({*shared_texts(Package(template))}))
