"""The starter as a person meets it: a folder, a Python, and `python run.py …`.

The folder holds run.py, a stub of the command line and a wheels/ folder with tiny wheels made
here, so that the real venv and pip run, without network and within seconds.
"""

import ast
import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
import venv
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

import run

STREAMS = run.ROOT / "workflow" / "terminal" / "streams.py"
AWKWARD_NAME = "とりまとめ 確認 ①"
PROGRAM = """
import json, os, sys
from importlib.metadata import version

def start():
    arguments = sys.argv[1:]
    seen = {"arguments": arguments, "cwd": os.getcwd(), "prefix": sys.prefix}
    seen["part"] = version(os.environ.get("PART", "hinagata"))
    print(json.dumps(seen))
    return 1 if arguments == ["findings"] else 0
"""


@dataclass(frozen=True)
class Project:
    """A folder with the starter, its requirements and its wheels."""

    folder: Path

    def start(self, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, str(self.folder / "run.py"), *arguments],
            cwd=self.folder.parent,
            env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment},
            capture_output=True,
            encoding="utf-8",
        )

    def require(self, *pins: str, file: str = "requirements.txt") -> None:
        lines = (f"{pin} --hash=sha256:{self.digest(pin)}\n" for pin in pins)
        (self.folder / file).write_text("".join(lines), encoding="utf-8")

    def digest(self, pin: str) -> str:
        wheel = self.folder / "wheels" / wheel_name(pin)
        return hashlib.sha256(wheel.read_bytes() if wheel.exists() else b"").hexdigest()

    @property
    def venv(self) -> Path:
        return self.folder / ".venv"

    @property
    def pip_log(self) -> Path:
        return self.venv / "torimatome-install.log"

    @property
    def stamp(self) -> Path:
        return self.venv / "torimatome-stamp.txt"


def wheel_name(pin: str) -> str:
    return f"{pin.replace('==', '-')}-py3-none-any.whl"


def build_wheel(folder: Path, pin: str) -> None:
    """Write the smallest wheel pip accepts."""
    name, _, number = pin.partition("==")
    information = f"{name}-{number}.dist-info"
    files = {
        f"{name}.py": f"VERSION = {number!r}\n",
        f"{information}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {number}\n",
        f"{information}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = [f"{path},sha256={record_digest(text)},{len(text)}" for path, text in files.items()]
    files[f"{information}/RECORD"] = "\n".join([*record, f"{information}/RECORD,,\n"])
    with zipfile.ZipFile(folder / wheel_name(pin), "w") as wheel:
        for path, text in files.items():
            wheel.writestr(path, text)


def record_digest(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def new_project(parent: Path) -> Project:
    project = Project(parent / AWKWARD_NAME)
    (project.folder / "workflow" / "terminal").mkdir(parents=True)
    (project.folder / "wheels").mkdir()
    shutil.copy(run.STARTER, project.folder / "run.py")
    (project.folder / "workflow" / "__main__.py").write_text(PROGRAM, encoding="utf-8")
    shutil.copy(STREAMS, project.folder / "workflow" / "terminal")
    for pin in ("hinagata==1.0", "hinagata==2.0", "kensa==1.0", "nise==1.0", "shogo==1.0"):
        build_wheel(project.folder / "wheels", pin)
    project.require("hinagata==1.0")
    project.require("hinagata==1.0", "shogo==1.0", file="requirements-verify.txt")
    everything = ("hinagata==1.0", "shogo==1.0", "kensa==1.0")
    project.require(*everything, file="requirements-dev.txt")
    return project


@pytest.fixture(scope="module")
def started(
    tmp_path_factory: pytest.TempPathFactory,
) -> "tuple[Project, list[subprocess.CompletedProcess[str]]]":
    """A project after its first start, which two people did at once, and how both went.

    The one that prepared the .venv stands first.
    """
    project = new_project(tmp_path_factory.mktemp("started"))
    arguments = ("collect", "--year", "令和5年度", "a b")
    with ThreadPoolExecutor(2) as pool:
        starts = list(pool.map(lambda _: project.start(*arguments), range(2)))
    return project, sorted(starts, key=lambda start: "初回の準備" not in start.stderr)


@pytest.fixture(scope="module")
def kept(
    started: "tuple[Project, list[subprocess.CompletedProcess[str]]]",
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """The folder of the started project as it was then."""
    kept = tmp_path_factory.mktemp("kept") / "project"
    return Path(shutil.copytree(started[0].folder, kept, symlinks=True))


@pytest.fixture
def project(
    started: "tuple[Project, list[subprocess.CompletedProcess[str]]]", kept: Path
) -> Project:
    """The started project, put back as it was when other tests have changed it."""
    shutil.rmtree(started[0].folder)
    shutil.copytree(kept, started[0].folder, symlinks=True)
    return started[0]


@pytest.fixture
def moved(project: Project, tmp_path: Path) -> Project:
    """A copy of the started project in another place, .venv and all."""
    copy = Project(tmp_path / "別の 場所")
    shutil.copytree(project.folder, copy.folder, symlinks=True)
    return copy


def seen_by_stub(start: "subprocess.CompletedProcess[str]") -> dict[str, object]:
    """What the stub of the command line saw."""
    assert start.returncode in (0, 1), start.stderr
    return dict(json.loads(start.stdout))


def assert_one_sentence(start: "subprocess.CompletedProcess[str]", part: str) -> None:
    """After at most the line about preparing: one Japanese sentence, and exit code 2."""
    sentences = [line for line in start.stderr.splitlines() if "数分かかる" not in line]
    assert start.returncode == 2
    assert start.stdout == ""
    assert len(sentences) == 1, start.stderr
    assert part in sentences[0]
    assert sentences[0].endswith("。")
    assert sentences[0].count("。") == 1
    assert "Traceback" not in start.stderr


def test_first_start_prepares_a_venv_and_runs_the_command(
    started: "tuple[Project, list[subprocess.CompletedProcess[str]]]",
) -> None:
    project, (start, _) = started
    assert seen_by_stub(start) == {
        "arguments": ["collect", "--year", "令和5年度", "a b"],
        "cwd": str(project.folder.parent),
        "prefix": str(project.venv),
        "part": "1.0",
    }
    assert start.stderr.count("\n") == 1
    assert start.stderr.startswith("初回の準備をしています")


def test_second_start_calls_neither_venv_nor_pip(project: Project) -> None:
    project.pip_log.write_text("", encoding="utf-8")
    before = project.stamp.stat().st_mtime_ns
    start = project.start("findings")
    assert start.returncode == 1
    assert start.stderr == ""
    assert project.pip_log.read_text(encoding="utf-8") == ""
    assert project.stamp.stat().st_mtime_ns == before


def test_the_test_command_adds_its_parts_once(project: Project) -> None:
    first = project.start("test", PART="kensa")
    assert seen_by_stub(first)["part"] == "1.0"
    assert "必要な部品を入れています" in first.stderr
    for arguments in (["test"], ["status"]):
        assert project.start(*arguments).stderr == ""


@pytest.mark.parametrize("words", [("verify", "--year", "2023"), ("--home", "x", "desk"), ()])
def test_what_verifies_adds_its_parts_once(project: Project, words: "tuple[str, ...]") -> None:
    first = project.start(*words, PART="shogo")
    assert seen_by_stub(first)["part"] == "1.0"
    assert "必要な部品を入れています" in first.stderr
    for arguments in (words, ("status",)):
        assert project.start(*arguments).stderr == ""


def test_a_python_without_pip_gets_one_in_the_venv(tmp_path: Path) -> None:
    without = tmp_path / "python"
    venv.create(without, with_pip=False)
    project = new_project(tmp_path)
    script = without / run.VENV_PYTHON.relative_to(run.VENV)
    start = subprocess.run(
        [str(script), str(project.folder / "run.py"), "status"],
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
    )
    assert seen_by_stub(start)["part"] == "1.0"
    assert list(project.venv.glob("[lL]ib/**/site-packages/pip"))


def test_changed_requirements_are_installed(project: Project) -> None:
    project.require("hinagata==2.0")
    start = project.start("status")
    assert seen_by_stub(start)["part"] == "2.0"
    assert start.stderr.count("\n") == 1
    assert project.start("status").stderr == ""


def test_changed_requirements_are_installed_also_for_the_test_command(project: Project) -> None:
    project.start("test")
    project.require("hinagata==2.0")
    assert seen_by_stub(project.start("status"))["part"] == "2.0"
    # What developers need is not known to be there any more; it asks for hinagata 1.0 still.
    assert seen_by_stub(project.start("test"))["part"] == "1.0"
    assert project.start("test").stderr == ""


def test_markers_are_left_to_pip(project: Project) -> None:
    demands = project.folder / "requirements.txt"
    demands.write_text(
        f"{demands.read_text('utf-8')}nise==9.9 ; sys_platform == 'nowhere'"
        f" --hash=sha256:{'0' * 64}\n",
        encoding="utf-8",
    )
    assert seen_by_stub(project.start("status"))["part"] == "1.0"
    assert project.start("status").stderr == ""


def test_a_venv_a_person_made_is_kept(project: Project) -> None:
    project.stamp.unlink()
    kept = project.venv / "大事なメモ.txt"
    kept.touch()
    assert "必要な部品を入れています" in project.start("status").stderr
    assert kept.exists()
    assert project.start("status").stderr == ""


def test_hash_mismatch_stops_and_leaves_what_worked(project: Project) -> None:
    wrong = f"nise==1.0 --hash=sha256:{'0' * 64}\n"
    (project.folder / "requirements.txt").write_text(wrong, encoding="utf-8")
    start = project.start("status")
    assert_one_sentence(start, "ハッシュ値")
    assert str(project.pip_log) in start.stderr
    assert "sha256" in project.pip_log.read_text(encoding="utf-8")
    project.require("hinagata==1.0")
    assert project.start("status").returncode == 0


def test_missing_wheel_is_named(project: Project) -> None:
    project.require("kensa==9.9")
    start = project.start("status", PIP_INDEX_URL="https://never.invalid/simple")
    assert_one_sentence(start, "kensa==9.9")
    assert "wheels フォルダ" in start.stderr


def test_moved_venv_is_mended(moved: Project) -> None:
    start = moved.start("status")
    assert seen_by_stub(start)["prefix"] == str(moved.venv)
    assert start.stderr.count("\n") == 1
    assert moved.start("status").stderr == ""


def test_unreachable_registry(moved: Project) -> None:
    shutil.rmtree(moved.folder / "wheels")
    moved.require("hinagata==3.0")
    nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_CONFIG_FILE": os.devnull}
    without_links = {"PIP_FIND_LINKS": "", "PIP_EXTRA_INDEX_URL": "", "PIP_RETRIES": "1"}
    assert_one_sentence(moved.start("status", **nowhere, **without_links), "接続できない")


def test_venv_without_its_python_is_made_anew(moved: Project) -> None:
    for python in moved.venv.glob("[bS]*/python*"):
        python.unlink()
    start = moved.start("status")
    assert seen_by_stub(start)["part"] == "1.0"
    assert start.stderr.startswith("初回の準備をしています")


def test_start_after_a_killed_one_makes_the_venv_anew(tmp_path: Path) -> None:
    project = new_project(tmp_path)
    with subprocess.Popen(
        [sys.executable, str(project.folder / "run.py")], stderr=subprocess.DEVNULL
    ) as killed:
        while not list(project.venv.glob("[lL]ib/**/site-packages")):
            time.sleep(0.02)
        killed.kill()  # the starter alone: what it has started goes on for a while
    start = project.start("status")
    assert seen_by_stub(start)["part"] == "1.0"
    assert "初回の準備をしています" in start.stderr


def test_two_first_starts_at_once_both_run(
    started: "tuple[Project, list[subprocess.CompletedProcess[str]]]",
) -> None:
    first, second = started[1]
    assert seen_by_stub(first) == seen_by_stub(second)
    assert "初回の準備" in first.stderr
    assert "初回の準備" not in second.stderr


def test_something_else_named_venv_is_left_alone(tmp_path: Path) -> None:
    project = new_project(tmp_path)
    project.venv.write_text("大事なメモ", encoding="utf-8")
    assert_one_sentence(project.start("status"), ".venv という名前の別のもの")
    assert project.venv.read_text(encoding="utf-8") == "大事なメモ"


def test_folder_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "ROOT", tmp_path)
    problem = PermissionError(13, "Permission denied", str(tmp_path))
    assert str(tmp_path) in run.reason(str(problem))
    assert "書き込めない" in run.reason(str(problem))


@pytest.mark.parametrize(
    ("output", "meaning"),
    [
        ("ERROR: Could not install packages: [Errno 28] No space left on device", "空き容量"),
        ("[WinError 5] アクセスが拒否されました。", "書き込めない"),
        ("ensurepip is not\navailable. On Debian systems, install python3-venv", "python3-venv"),
        ("/usr/bin/python3: No module named venv", "python3-venv"),
        ("/usr/bin/python3: No module named pip", "python3-venv"),
        ("anything else", "途中で失敗した"),
    ],
)
def test_what_a_failed_step_means(output: str, meaning: str) -> None:
    assert meaning in run.reason(output)


def test_old_python_gets_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(sys, "version_info", (3, 9, 18, "final", 0))
        assert run.main([]) == 2
    sentence = "とりまとめには Python 3.11 以上が必要です（いまの Python は 3.9 です）。"
    assert capsys.readouterr().err == f"{sentence}\n"


def test_starter_parses_on_python_3_6() -> None:
    ast.parse(run.STARTER.read_text(encoding="utf-8"), feature_version=(3, 6))
