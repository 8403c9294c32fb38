"""Names of files that every system takes, made of words people chose."""

from __future__ import annotations

import re
import unicodedata

from workflow.model.plan import Department
from workflow.model.years import era_year

_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")


def safe_name(text: str, limit: int = 60) -> str:
    """Return a text as part of a file name that Windows, macOS and zip tools all accept."""
    plain = unicodedata.normalize("NFC", text)
    shown = "".join(c for c in plain if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co"))
    name = _FORBIDDEN.sub("_", shown).strip(" .")[:limit].rstrip(" .")
    return f"_{name}" if not name or _RESERVED.fullmatch(name) else name


def department_file(department: Department, year: int, ending: str, kind: str = "") -> str:
    """Return the name of a file made for a department: CODE_課名_令和5年度.xlsx and the like."""
    parts = (department.code, safe_name(department.name), kind, era_year(year))
    return f"{'_'.join(part for part in parts if part)}.{ending}"
