#!/usr/bin/env python3
"""Start とりまとめ: see that the pinned parts are installed, then hand over to workflow.__main__.

Standard library only, and every line must parse on Python 3.6, so that a Python that is too
old gets a sentence instead of a syntax error. That is why annotations stand in quotes.
"""

import contextlib
import io
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

TYPE_CHECKING = False  # as in typing, whose import costs start-up time
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

OLDEST_PYTHON = (3, 11)
STARTER = Path(__file__).absolute()  # not resolve(): it turns a Windows drive into \\server\...
if STARTER.is_symlink():
    STARTER = STARTER.resolve()
ROOT = STARTER.parent
WHEELS = ROOT / "wheels"
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
VENV_PACKAGES = "Lib/site-packages" if os.name == "nt" else "lib/python*/site-packages"
STAMP = VENV / "torimatome-stamp.txt"
LOG = VENV / "torimatome-install.log"
UNFINISHED = "unfinished"  # what the stamp says while .venv is being made or changed
INSTALLING = b"Installing collected packages"  # what pip says before it changes anything
IN_VENV = "torimatome"  # as `-X torimatome`: marks the second process, and no child inherits it

# pip settings that would put the parts elsewhere or choose others; proxies and indexes stay.
MISLEADING_SETTINGS = ("TARGET", "PREFIX", "ROOT", "USER", "CONSTRAINT", "REQUIREMENT", "DRY_RUN")

DISK_FULL = "ディスクの空き容量が足りないため、準備ができませんでした"
# What pip, venv or the system said (a pattern) → what it means; the first that is found counts.
REASONS = (
    (r"No space left|Errno 28\b|WinError 112\b|quota exceeded", DISK_FULL),
    (
        r"Permission denied|not permitted|Errno 13\b|WinError (5|32)\b|Read-only file system",
        "フォルダ（{root}）に書き込めないか .venv が使用中のため、準備ができませんでした",
    ),
    (
        r"File exists|symbolic link",
        "フォルダ（{root}）に .venv という名前の別のものがあるため、準備ができませんでした",
    ),
    (
        r"ensurepip|No module named '?(venv|pip)\b",
        "この Python には venv か pip が備わっていないため（Debian や Ubuntu では python3-venv を"
        "入れると備わります）、準備ができませんでした",
    ),
    (
        r"DO NOT MATCH THE HASHES",
        "部品が記録されたハッシュ値と一致せず、安全のため準備を中止しました",
    ),
    (
        r"Connection|Max retries|Retrying \(|Timeout|ProxyError|SSLError|getaddrinfo|HTTP error",
        "部品の配布元に接続できないため（ネットワークとプロキシの設定をご確認ください）、"
        "準備ができませんでした",
    ),
    (
        r"No matching distribution found for (?P<part>\S+)",
        "{source}に必要な部品（{part}）が見つからないため、準備ができませんでした",
    ),
    (r"(?P<part>\[(Errno|WinError) .*)", "準備の途中で失敗しました（理由: {part}）"),
    (r"", "準備の途中で失敗しました"),
)
# Sign in a marker → which of less (-1), equal (0), greater (1) it admits.
SIGNS = {"==": (0,), "!=": (-1, 1), "<": (-1,), "<=": (-1, 0), ">": (1,), ">=": (0, 1)}


class CannotStartError(Exception):
    """The parts cannot be installed; the text is one plain Japanese sentence."""


def too_old(version: "tuple[int, int]") -> str:
    """Say why this Python cannot be used; empty when it can."""
    if version >= OLDEST_PYTHON:
        return ""
    needed, found = (".".join(map(str, each)) for each in (OLDEST_PYTHON, version))
    return f"とりまとめには Python {needed} 以上が必要です（いまの Python は {found} です）。"


def requirements_for(arguments: "list[str]") -> Path:
    """Choose the requirement set: the test command needs the developers' one."""
    return ROOT / ("requirements-dev.txt" if arguments[:1] == ["test"] else "requirements.txt")


def pinned(requirements: Path) -> "set[str]":
    """Read which name==version the requirements demand of this Python."""
    pin = re.compile(r"^([\w.-]+)==([^\s;\\]+)[ \t]*(?:;([^\\\n]*))?", re.MULTILINE)
    found = pin.findall(requirements.read_text(encoding="utf-8"))
    return {f"{plain(name)}=={version}" for name, version, marker in found if applies(marker)}


def plain(name: str) -> str:
    """Spell a distribution name in the one way all indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def applies(marker: str) -> bool:
    """Evaluate an environment marker as uv writes them: comparisons joined by and, or."""
    return any(all(map(holds, each.split(" and "))) for each in marker.split(" or "))


def holds(comparison: str) -> bool:
    """Evaluate one comparison of a marker; what it does not know it takes as true."""
    match = re.match(r"\s*(\w+)\s*([<>=!]=|[<>])\s*['\"]([^'\"]*)['\"]\s*$", comparison)
    ours: dict[str, list[Any]] = {
        "python_full_version": list(sys.version_info[:3]),
        "python_version": list(sys.version_info[:2]),
        "sys_platform": [sys.platform],
        "platform_python_implementation": [sys.implementation.name],
    }
    if not match or match.group(1) not in ours:
        return True
    left = ours[match.group(1)]
    right = [int(p) if p.isdigit() else p.lower() for p in match.group(3).split(".")]
    return (left > right) - (left < right) in SIGNS[match.group(2)]


def installed(folders: "Iterable[str | Path]") -> "set[str]":
    """List name==version of what is installed there; reading folder names alone is fast."""
    found = set()
    for folder in folders:
        for entry in Path(folder).glob("*.dist-info"):
            name, _, version = entry.stem.partition("-")
            found.add(f"{plain(name)}=={version}")
    return found


def identity() -> str:
    """Name the Python and the place a .venv belongs to; moved or inherited, it is mended."""
    return f"{sys.version.split()[0]} {sys.base_prefix} {VENV}"


def read_stamp() -> str:
    """Read whose .venv it is, or that it is unfinished; empty when a person made it."""
    try:
        return STAMP.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def ready(pins: "set[str]") -> bool:
    """Tell, without starting anything, whether .venv is ours, finished and complete."""
    mine = read_stamp() == identity() and VENV_PYTHON.is_file() and (VENV / "pyvenv.cfg").is_file()
    return mine and pins <= installed(VENV.glob(VENV_PACKAGES))


def looks_usable() -> bool:
    """Ask a .venv that is not ready whether pip can go on in it, or it must be made anew."""
    if read_stamp() == UNFINISHED or not (VENV / "pyvenv.cfg").is_file():
        return False
    question = "import pip, sys; sys.exit([sys.version, sys.base_prefix] != sys.argv[1:])"
    command = [str(VENV_PYTHON), "-I", "-c", question, sys.version, sys.base_prefix]
    try:
        return subprocess.run(command, capture_output=True).returncode == 0
    except OSError:
        return False


def prepare(requirements: Path, pins: "set[str]") -> None:
    """Make or mend .venv so that it holds the pinned parts."""
    with only_one_start():
        if ready(pins):  # another start did it while this one waited
            return
        if looks_usable():
            say("必要な部品を入れています（.venv）。数分かかることがあります。")
        else:
            say(
                "初回の準備をしています（.venv を作り、必要な部品を入れます）。"
                "数分かかることがあります。"
            )
            make_venv()
        before = read_stamp()
        STAMP.write_text(UNFINISHED, encoding="utf-8")
        try:
            install(requirements)
        except CannotStartError:
            if INSTALLING not in LOG.read_bytes():  # nothing was touched: what worked still does
                STAMP.write_text(before, encoding="utf-8")
            raise
        STAMP.write_text(identity(), encoding="utf-8")


@contextlib.contextmanager
def only_one_start() -> "Iterator[None]":
    """Let one start at a time change .venv; the system drops the lock of one that dies."""
    with STARTER.open("rb") as file:
        # pip and venv inherit it: when the starter alone is killed, they still hold the lock.
        os.set_inheritable(file.fileno(), True)
        told = False
        while not locked(file.fileno()):
            if not told:
                say("別の準備が終わるのを待っています。")
            told = True
            time.sleep(0.3)
        yield


def locked(descriptor: int) -> bool:
    """Try once to take the lock; a file system without locks counts as taken."""
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(descriptor, 1 << 30, os.SEEK_SET)  # far behind the text: it stays readable
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        return True
    return True


def make_venv() -> None:
    """Make .venv anew from the Python that runs this (from its base, in a virtualenv)."""
    if VENV.is_dir():
        # First of all: a removal that is cut short must not leave what looks like a whole one.
        (VENV / "pyvenv.cfg").unlink(missing_ok=True)
        shutil.rmtree(VENV)
    VENV.mkdir()
    STAMP.write_text(UNFINISHED, encoding="utf-8")
    python = getattr(sys, "_base_executable", sys.executable)
    run_logged([python, "-I", "-X", "utf8", "-m", "venv", str(VENV)], dict(os.environ))


def install(requirements: Path) -> None:
    """Install the requirements into .venv with pip: from wheels/ alone where that exists."""
    command = [str(VENV_PYTHON), "-I", "-X", "utf8", "-m", "pip", "--disable-pip-version-check"]
    command += ["--no-input", "install", "--no-user", "--require-hashes", "--only-binary", ":all:"]
    command += ["-r", str(requirements)]
    misleading = {"PIP_" + name for name in MISLEADING_SETTINGS}
    environment = {name: value for name, value in os.environ.items() if name not in misleading}
    if WHEELS.is_dir():  # then no index or link the user has set is asked
        command += ["--no-index", "--find-links", str(WHEELS)]
        environment = {k: v for k, v in environment.items() if not k.startswith("PIP_")}
        environment["PIP_CONFIG_FILE"] = os.devnull
    run_logged(command, environment)


def run_logged(command: "list[str]", environment: "dict[str, str]") -> None:
    """Run one step of the preparation, all its output going to the log."""
    with LOG.open("wb") as log:
        done = subprocess.run(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            close_fds=False,  # hands the lock on
        )
    if done.returncode:
        said = LOG.read_bytes().decode("utf-8", errors="replace")
        raise CannotStartError(f"{reason(said)}（詳しい記録: {LOG}）。")


def reason(said: str) -> str:
    """Say in Japanese why a step failed, from what pip, venv or the system said."""
    if shutil.disk_usage(ROOT).free < 1_000_000:  # then the log itself is cut short
        return DISK_FULL
    found = ((re.search(pattern, said), meaning) for pattern, meaning in REASONS)
    match, meaning = next((match, meaning) for match, meaning in found if match)
    source = "wheels フォルダ" if WHEELS.is_dir() else "配布元"
    return meaning.format(root=ROOT, source=source, **match.groupdict())


def go_on_in_venv(arguments: "list[str]") -> int:
    """Start again in the Python of .venv, in place of this process where the system can."""
    command = [str(VENV_PYTHON), "-X", IN_VENV, str(STARTER), *arguments]
    if sys.platform != "win32":
        os.execv(command[0], command)  # noqa: S606 - a shell would only be in the way
    process = subprocess.Popen(command)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:  # the command got it too, and decides how to end
            continue


def needs_venv(arguments: "list[str]") -> bool:
    """See that the parts are there: in this Python (false) or else in .venv (true)."""
    if IN_VENV in sys._xoptions:
        return False
    requirements = requirements_for(arguments)
    pins = pinned(requirements)
    if pins <= installed(sys.path):
        return False
    if not ready(pins):
        prepare(requirements, pins)
    return True


def run_command(arguments: "list[str]") -> int:
    """Hand over to the command line proper."""
    sys.path.insert(0, str(ROOT))
    from workflow.__main__ import main as command_line  # only now: it needs the pinned parts

    return command_line(arguments)


def open_what_is_closed() -> None:
    """Lead a stream nobody opened to nowhere: pythonw has none, and a scheduled task may lack some.

    In this order each takes the number that is its own.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - it stays open


def make_output_safe() -> None:
    """Let a console that lacks a character (cp932 has no 𠮷) show ? instead of stopping."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def say(sentence: str) -> None:
    """Print one line for the person at the terminal."""
    print(sentence, file=sys.stderr, flush=True)


def main(arguments: "list[str]") -> int:
    """Prepare, then run the command; 2 and one sentence when that is impossible."""
    open_what_is_closed()
    unfit = too_old(sys.version_info[:2])
    if unfit:
        say(unfit)
        return 2
    make_output_safe()
    try:
        if needs_venv(arguments):
            return go_on_in_venv(arguments)
    except CannotStartError as problem:
        say(str(problem))
        return 2
    except OSError as problem:
        say(f"{reason(str(problem))}。")
        return 2
    except KeyboardInterrupt:
        say("準備を中断しました（もう一度実行すると、準備をやり直します）。")
        return 2
    return run_command(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
