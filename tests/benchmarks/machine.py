"""On what the figures were taken: they mean little without it."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_LIBRARIES = ("openpyxl", "xlsxwriter", "pandas", "python-calamine", "frictionless", "dask")


def described() -> Iterator[str]:
    """Yield date, processor, load, Python and library versions."""
    yield f"{datetime.now().astimezone():%Y-%m-%d %H:%M %z}"
    busy = f"{os.getloadavg()[0]:.1f}"
    yield f"{_processor()}, {os.cpu_count()} cores; {busy} processes were waiting for them"
    libraries = ", ".join(f"{name} {_version(name)}" for name in _LIBRARIES)
    yield f"{platform.system()}, Python {platform.python_version()}, {libraries}"


def _processor() -> str:
    facts = Path("/proc/cpuinfo")
    lines = facts.read_text().splitlines() if facts.exists() else []
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(models, platform.processor() or platform.machine())


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return "(not there)"
