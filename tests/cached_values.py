"""Formula results as a workbook has them cached."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path


def spoil_cached_values(source: Path, target: Path) -> None:
    """Copy a workbook with every cached formula result wrong, so that only recalculation heals."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name.startswith("xl/worksheets/"):
                content = re.sub(rb"(</f><v>)\d+(</v>)", rb"\g<1>777\2", content)
            new.writestr(name, content)
