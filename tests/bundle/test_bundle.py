"""A bundle: what is in it, for whom, and that it starts where there is no network."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
import zipfile
from html import unescape
from io import BytesIO
from pathlib import Path

import pytest

from workflow.bundle.bundle import application_page, batch_file, contents, make_bundle, zipped
from workflow.bundle.wheels import SYSTEMS, Target, Wheel, requirements_for, target
from workflow.model.errors import WorkspaceError
from workflow.plan.book.writer import written_book
from workflow.plan.document import sample_document
from workflow.storage.files import sha256

ROOT = Path(__file__).parents[2]
WINDOWS = Target("win_amd64", (3, 12))
REQUIREMENTS = """\
numpy==2.4.6 ; python_full_version < '3.12' \\
    --hash=sha256:aa
numpy==2.5.5 ; python_full_version >= '3.12' \\
    --hash=sha256:bb \\
    --hash=sha256:cc
    # via pandas
colorama==0.4.6 ; sys_platform == 'win32' \\
    --hash=sha256:dd
uvloop==1.0 ; sys_platform != 'win32' and platform_machine == 'x86_64' \\
    --hash=sha256:ee
xlrd==2.0.2 \\
    --hash=sha256:ff
"""
ON_CODE_PAGE_932 = re.compile(rb"[\x81-\x9f\xe0-\xfc](.)", re.DOTALL)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (WINDOWS, ["numpy==2.5.5", "colorama==0.4.6", "xlrd==2.0.2"]),
        (Target("linux_x86_64", (3, 11)), ["numpy==2.4.6", "uvloop==1.0", "xlrd==2.0.2"]),
        (Target("macosx_arm64", (3, 13)), ["numpy==2.5.5", "xlrd==2.0.2"]),
    ],
    ids=lambda value: value.name if isinstance(value, Target) else "",
)
def test_requirements_are_those_of_the_other_pc(asked: Target, expected: list[str]) -> None:
    lines = requirements_for(asked, REQUIREMENTS).splitlines()

    assert [line.split()[0] for line in lines] == expected
    assert all("--hash=sha256:" in line and ";" not in line for line in lines)


def test_every_hash_of_a_requirement_stays() -> None:
    first = requirements_for(WINDOWS, REQUIREMENTS).splitlines()[0]

    assert first == "numpy==2.5.5 --hash=sha256:bb --hash=sha256:cc"


@pytest.mark.parametrize(
    ("system", "python"),
    [("windows", "3.12"), ("win_amd64", "3.10"), ("win_amd64", "3"), ("win_amd64", "3.12; x")],
)
def test_an_unknown_pc_is_refused_with_what_can_be_asked_for(system: str, python: str) -> None:
    with pytest.raises(WorkspaceError):
        target(system, python)


def test_the_batch_file_is_read_by_japanese_windows_and_by_no_byte_as_a_command() -> None:
    written = batch_file(WINDOWS)

    assert written.decode("cp932").count("\r\n") == written.count(b"\n")
    # cmd.exe on another code page would take a second byte of these for its own signs.
    assert not set(ON_CODE_PAGE_932.findall(written)) & set(rb"|&<>^%\"")
    assert b"py -3.12" in written


def test_a_bundle_holds_the_tool_and_nobodys_data(tmp_path: Path) -> None:
    tool = {"run.py": b"run", "requirements-verify.txt": b"", "workflow/cli.py": b"cli"}
    wheel = Wheel("a-1-py3-none-any.whl", b"wheel", "a", "1", "MIT")

    files = contents(WINDOWS, tool, (wheel,))
    archive = zipfile.ZipFile(BytesIO(zipped("とりまとめ", files)))

    assert {name.split("/", 1)[0] for name in archive.namelist()} == {"とりまとめ"}
    assert files["wheels/a-1-py3-none-any.whl"] == b"wheel"
    assert f"{sha256(b'cli')}  workflow/cli.py" in files["MANIFEST.txt"].decode()
    assert zipped("x", files) == zipped("x", dict(reversed(files.items())))


@pytest.mark.parametrize(
    ("system", "start"),
    [
        ("win_amd64", "run.bat"),
        ("macosx_arm64", "受付.command"),
        ("linux_x86_64", "受付.desktop"),
    ],
)
def test_a_double_click_opens_the_desk(system: str, start: str) -> None:
    """What is no program on its own must be allowed to run as soon as it is unpacked."""
    asked = Target(system, (3, 12))
    files = contents(asked, {"requirements-verify.txt": b""}, ())
    entry = zipfile.ZipFile(BytesIO(zipped("x", files))).getinfo(f"x/{start}")

    assert {name for name in files if name.startswith(("run.", "受付."))} == {start}
    assert b"run.py desk" in files[start]
    assert (entry.external_attr >> 16 & 0o111 != 0) is not asked.is_windows
    assert start in files["申請用資料.html"].decode()


def test_the_application_names_every_part_with_its_digest() -> None:
    wheels = [Wheel(f"{i}.whl", str(i).encode(), f"部品<{i}>", "1", "MIT") for i in range(3)]

    page = application_page(WINDOWS, wheels, "0" * 64).decode()

    shown = {unescape(cell) for cell in re.findall(r"<td[^>]*>([^<]*)</td>", page)}
    assert {w.name for w in wheels} | {w.sha256 for w in wheels} <= shown


def test_a_bundle_for_this_pc_starts_without_network(tmp_path: Path) -> None:
    here = {"win32": "win_amd64", "linux": "linux_x86_64", "darwin": "macosx_arm64"}[sys.platform]
    if platform.machine() not in ("x86_64", "AMD64", "arm64"):
        pytest.skip(f"no bundle is made for {platform.machine()}")
    assert here in SYSTEMS
    path = make_bundle(ROOT, Target(here, sys.version_info[:2]), tmp_path)
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path)
    folder = tmp_path / path.stem
    assert not list(folder.rglob("test_*.py"))

    started = [_offline(folder, "init", "--sample"), _offline(folder, "generate", "--year", "2023")]
    assert (folder / "workflow" / "desk" / "templates" / "desk.html.j2").is_file()

    assert [done.returncode for done in started] == [0, 0], started
    assert (folder / "plan.xlsx").read_bytes() == written_book(sample_document())
    assert (folder / "templates" / "2023" / "register.json").is_file()


def _offline(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run the bundle's own starter with the Python people type, cut off from every network."""
    base = getattr(sys, "_base_executable", sys.executable)
    nowhere = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), "http://127.0.0.1:1")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "PYTHON"))}
    return subprocess.run(
        [*_cut_off(), base, "run.py", *command],
        cwd=folder,
        env={**kept, **nowhere},
        capture_output=True,
        encoding="utf-8",
    )


def _cut_off() -> list[str]:
    """Return what starts a command without network; nothing, where the system does not let us."""
    for command in (["unshare", "-n"], ["unshare", "-rn"]):
        try:
            if subprocess.run([*command, "true"], capture_output=True).returncode == 0:
                return command
        except OSError:
            return []
    return []
