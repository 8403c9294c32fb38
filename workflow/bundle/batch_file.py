"""run.bat: a double click starts the menu on Windows."""

from __future__ import annotations

from workflow.bundle.target import Target

_LINES = """\
@echo off
rem A network folder has no drive letter until pushd gives it one.
pushd "%~dp0"
title とりまとめ
set "PYTHON="
py -{version} -c "" >nul 2>&1 && set "PYTHON=py -{version}"
if not defined PYTHON python -c "{is_it}" >nul 2>&1 && set "PYTHON=python"
if not defined PYTHON goto missing
%PYTHON% run.py %*
goto end
:missing
echo Python {version} が見つかりません。情報システム担当課に導入を依頼してください。
echo 申請には「申請用資料.html」をお使いください。
:end
popd
echo.
pause
"""


def batch_file(target: Target) -> bytes:
    """Return the file as cmd.exe of Japanese Windows reads it: code page 932, CRLF."""
    is_it = f"import sys; sys.exit(sys.version_info[:2] != {target.python})"
    text = _LINES.format(version=target.python_text, is_it=is_it)
    return text.replace("\n", "\r\n").encode("cp932")
