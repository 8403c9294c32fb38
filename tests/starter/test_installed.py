"""The tool as pip or pipx installs it: a wheel in an environment of its own, without run.py.

No network is needed: hatchling builds here, and the environment sees the parts of this one.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.programs import ROOT
from workflow import VERSION
from workflow.bundle.wheels import python_with_pip

NEEDS_SOURCE = "run.py のあるフォルダー"


@dataclass(frozen=True)
class Installed:
    """An environment with the tool, and the wheel it came from."""

    environment: Path
    wheel: Path

    @property
    def scripts(self) -> Path:
        return self.environment / ("Scripts" if os.name == "nt" else "bin")

    def run(self, folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self.scripts / command[0]), *command[1:]],
            cwd=folder,
            env={**os.environ, "PYTHONIOENCODING": "utf-8"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    folder = tmp_path_factory.mktemp("installed")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel"]
    subprocess.run([*build, "--directory", str(folder)], cwd=ROOT, capture_output=True, check=True)
    tool = Installed(folder / "環境", next(folder.glob("*.whl")))
    venv.create(tool.environment)
    python = str(tool.scripts / "python")
    pip = [python_with_pip(), "-m", "pip", "--python", python]
    install = [*pip, "install", "--no-index", "--no-deps", str(tool.wheel)]
    subprocess.run(install, capture_output=True, check=True)
    ask = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = tool.run(folder, "python", "-c", ask).stdout.strip()
    Path(packages, "parts.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    return tool


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    folder = tmp_path / "空の フォルダー"
    folder.mkdir()
    return folder


def test_the_whole_cycle_runs_in_an_empty_folder(installed: Installed, empty: Path) -> None:
    demo = installed.run(empty, "torimatome", "demo")
    assert (demo.returncode, demo.stderr) == (0, "")
    assert "torimatome verify --year 2024 --home demo" in demo.stdout
    assert [path.name for path in empty.iterdir()] == ["demo"]

    words = ("verify", "--year", "2024", "--home", "demo")
    verified = installed.run(empty, "python", "-m", "workflow", *words)
    assert (verified.returncode, verified.stderr) == (0, "")


def test_people_work_in_the_current_folder(installed: Installed, empty: Path) -> None:
    assert installed.run(empty, "torimatome", "init", "--sample").returncode == 0
    assert (empty / "plan.xlsx").exists()
    menu = installed.run(empty, "torimatome")
    assert menu.returncode == 0
    assert "torimatome" in menu.stdout
    assert "run.py" not in menu.stdout


@pytest.mark.parametrize("command", ["bundle", "test"])
def test_what_needs_the_source_says_so(installed: Installed, empty: Path, command: str) -> None:
    refused = installed.run(empty, "torimatome", command)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.count("\n") == 1
    assert NEEDS_SOURCE in refused.stderr


def test_the_wheel_holds_the_package_whole_and_nothing_else(installed: Installed) -> None:
    with zipfile.ZipFile(installed.wheel) as archive:
        names = set(archive.namelist())
    sources = (path for path in (ROOT / "workflow").rglob("*") if path.is_file())
    package = {p.relative_to(ROOT).as_posix() for p in sources if "__pycache__" not in p.parts}
    information = f"torimatome-{VERSION}.dist-info"
    assert {name for name in names if not name.startswith(information)} == package
    assert f"{information}/licenses/LICENSE" in names
