"""A bundle: the tool, its wheels, what a double click starts and 申請用資料 in one zip."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from workflow import VERSION
from workflow.bundle.wheels import Target, Wheel, fetch
from workflow.storage.files import sha256, write_file

_PARTS = "requirements-verify.txt"  # with all of requirements.txt
_PAPERS = (
    "README.ja.md",
    "README.md",
    "CHANGELOG.md",
    "LICENSE",
    "pyproject.toml",
    "requirements.txt",
    _PARTS,
)
_FOLDERS = ("templates", "returned", "compiled")
_STARTED = (".command", ".desktop")
_UNIX, _EXECUTABLE = 3, 0o100755
_OLDEST = (1980, 1, 1, 0, 0, 0)  # the first moment a zip can name: the same tool, the same bytes


def make_bundle(root: Path, target: Target, folder: Path) -> Path:
    """Write the bundle for a target into a folder and return where it is.

    Raises WorkspaceError when its parts cannot be fetched, or OutputError.
    """
    tool = dict(_tool(root))
    wheels = fetch(target, tool[_PARTS].decode())
    path = folder / f"{target.name}.zip"
    write_file(path, zipped(target.name, contents(target, tool, wheels)))
    return path


def contents(
    target: Target, tool: Mapping[str, bytes], wheels: tuple[Wheel, ...]
) -> dict[str, bytes]:
    """Return everything in a bundle, by its path."""
    manifest = _manifest(tool)
    return {
        **tool,
        **{f"wheels/{wheel.file}": wheel.content for wheel in wheels},
        **starter(target),
        "MANIFEST.txt": manifest,
        "申請用資料.html": application_page(target, wheels, sha256(manifest)),
    }


def zipped(folder: str, files: Mapping[str, bytes]) -> bytes:
    """Return files as a zip with one folder in it; the same files give the same bytes."""
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(f"{folder}/{name}", _OLDEST)
            # A wheel is packed already.
            packed = name.startswith("wheels/")
            if name.endswith(_STARTED):  # a double click runs what may be run
                entry.create_system, entry.external_attr = _UNIX, _EXECUTABLE << 16
            entry.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return stream.getvalue()


def _tool(root: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the files of the tool by path: its sources, without tests and without any data."""
    sources = (p for p in (root / "workflow").rglob("*") if "__pycache__" not in p.parts)
    papers = [root / "run.py", *(root / name for name in _PAPERS)]
    folders = [root / name / "README.md" for name in _FOLDERS]
    for path in (*papers, *folders, *sources):
        if path.is_file():
            yield path.relative_to(root).as_posix(), path.read_bytes()


def _manifest(tool: Mapping[str, bytes]) -> bytes:
    lines = (f"{sha256(content)}  {name}\n" for name, content in sorted(tool.items()))
    return "".join(lines).encode()


# 申請用資料: one page for those who allow software on a PC.


def application_page(target: Target, wheels: Sequence[Wheel], tool: str) -> bytes:
    """Return the page as HTML; tool is the digest of the tool itself. It prints on one A4 sheet."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, loader=PackageLoader("workflow.bundle", "")
    )
    page = environment.get_template("application.html.j2")
    (start,) = starter(target)
    return page.render(
        target=target, wheels=wheels, version=VERSION, tool=tool, start=start
    ).encode()


# A double click opens the pages of the desk; run.bat with a command runs that.

_LINES = """\
@echo off
rem A network folder has no drive letter until pushd gives it one.
pushd "%~dp0"
title とりまとめ
set "PYTHON="
py -{version} -c "" >nul 2>&1 && set "PYTHON=py -{version}"
if not defined PYTHON python -c "{is_it}" >nul 2>&1 && set "PYTHON=python"
if not defined PYTHON goto missing
if "%~1"=="" (%PYTHON% run.py desk) else %PYTHON% run.py %*
goto end
:missing
echo Python {version} が見つかりません。情報システム担当課に導入を依頼してください。
echo 申請には「申請用資料.html」をお使いください。
:end
popd
echo.
pause
"""


_COMMAND = """\
#!/bin/sh
cd "$(dirname "$0")" || exit 1
exec "$(command -v python{version} || command -v python3)" run.py desk
"""

_DESKTOP = """\
[Desktop Entry]
Type=Application
Name=受付
Comment=とりまとめの画面を開きます
Exec=sh -c 'cd "$(dirname "$1")" && exec python3 run.py desk' sh %k
Terminal=true
"""

_STARTERS = {"darwin": ("受付.command", _COMMAND), "linux": ("受付.desktop", _DESKTOP)}
"""What a double click starts where there is no run.bat, by what Python calls the system."""


def starter(target: Target) -> dict[str, bytes]:
    """Return what a double click starts on a system, by its name."""
    if target.is_windows:
        return {"run.bat": batch_file(target)}
    name, text = _STARTERS[target.system.sys_platform]
    return {name: text.replace("{version}", target.python_text).encode()}


def batch_file(target: Target) -> bytes:
    """Return the file as cmd.exe of Japanese Windows reads it: code page 932, CRLF."""
    is_it = f"import sys; sys.exit(sys.version_info[:2] != {target.python})"
    text = _LINES.format(version=target.python_text, is_it=is_it)
    return text.replace("\n", "\r\n").encode("cp932")
