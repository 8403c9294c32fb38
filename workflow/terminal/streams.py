"""Standard input and output made usable, whatever the tool was started from."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

_UTF8 = ("PYTHONUTF8", "1")


def open_streams() -> None:
    """Open the streams nobody opened, and let none of them stop at a character.

    pythonw has no streams and a scheduled task may lack some: those lead nowhere. In this order
    each takes the number that is its own. A console that lacks a character (cp932 has no 𠮷)
    shows ? instead of stopping.
    """
    _start_in_utf8()
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - it stays open
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _start_in_utf8() -> None:
    """Start this process anew where file names would be ASCII: an old locale, and Python told so.

    Japanese names could not even be listed there. On Windows names are never so.
    """
    if sys.getfilesystemencoding() == "utf-8" or _UTF8 in os.environ.items():
        return
    command = [sys.executable, *sys.orig_argv[1:]]
    os.execve(sys.executable, command, {**os.environ, **dict([_UTF8])})  # noqa: S606
