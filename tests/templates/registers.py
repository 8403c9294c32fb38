"""A register as the first version of register.json wrote it."""

from __future__ import annotations

import json

from workflow.templates.register import Register
from workflow.templates.register_file import register_as_bytes


def as_version_1(known: Register) -> bytes:
    """Return a register as the first version of register.json wrote it."""
    document = json.loads(register_as_bytes(known))
    for stored, issued in zip(document["issues"], known.issues, strict=True):
        stored["department"] = issued.number.department
        stored["texts"] = list(issued.texts)
        stored["items"] = [
            {"id": i.id, "labels": list(i.labels), "pages": i.pages, "departments": i.departments}
            for i in issued.items
        ]
    del document["texts"], document["items"]
    return json.dumps(document | {"version": 1}, ensure_ascii=False, indent=2).encode()
