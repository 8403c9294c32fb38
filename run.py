#!/usr/bin/env python3
"""Start とりまとめ: see that .venv holds the pinned parts, then hand over to workflow in it.

It is always .venv: a Python that has the parts of its own needs `python -m workflow` alone.
Standard library only, and every line must parse on Python 3.6, so that a Python that is too
old gets a sentence instead of a syntax error. That is why annotations stand in quotes.
"""

import hashlib
import os
import re
import sys
import time
from pathlib import Path

OLDEST_PYTHON = (3, 11)
TOO_OLD = "とりまとめには Python {}.{} 以上が必要です（いまの Python は {}.{} です）。"
STARTER = Path(__file__).absolute()  # not resolve(): it turns a Windows drive into \\server\...
if STARTER.is_symlink():
    STARTER = STARTER.resolve()
ROOT = STARTER.parent
WHEELS = ROOT / "wheels"
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "torimatome-stamp.txt"
LOG = VENV / "torimatome-install.log"
UNFINISHED = "unfinished"  # what the stamp says while .venv is being made or changed
INSTALLING = b"Installing collected packages"  # what pip says before it changes anything
IN_VENV = "torimatome"  # as `-X torimatome`: marks the second process, and no child inherits it

SETS = ("requirements.txt", "requirements-verify.txt", "requirements-dev.txt")  # each in the next
# Settings that would put the parts elsewhere or choose others; proxies and indexes stay.
MISLEADING = (
    r"PYTHON(PATH|HOME)|PIP_(TARGET|PREFIX|ROOT|USER|CONSTRAINT|REQUIREMENT|DRY_RUN|PYTHON)"
)

# What pip, venv or the system said (a pattern) → what it means; the first that is found counts.
REASONS = {
    r"No space left|Errno 28\b|WinError 112\b|quota exceeded": "ディスクの空き容量が足りないため",
    r"Permission denied|not permitted|Errno 13\b|WinError (5|32)\b|Read-only file system": (
        "フォルダ（{root}）に書き込めないか .venv が使用中のため"
    ),
    r"File exists|symbolic link": "フォルダ（{root}）に .venv という名前の別のものがあるため",
    r"ensurepip|No module named '?(venv|pip)\b": (
        "この Python に venv か pip がないため（Debian や Ubuntu では python3-venv で入ります）"
    ),
    r"DO NOT MATCH THE HASHES": "部品が記録されたハッシュ値と一致せず安全でないため",
    r"Connection|Max retries|Retrying \(|Timeout|ProxyError|SSLError|getaddrinfo|HTTP error": (
        "部品の配布元に接続できないため（ネットワークとプロキシの設定をご確認ください）"
    ),
    r"No matching distribution found for (?P<part>\S+)": "{source}に部品（{part}）がないため",
    r"(?P<part>\[(Errno|WinError) .*)": "途中で失敗したため（理由: {part}）",
    r"": "途中で失敗したため",
}


class CannotStartError(Exception):
    """The parts cannot be installed; the text is one plain Japanese sentence."""


def needed(arguments: "list[str]") -> "tuple[Path, str]":
    """Return the requirements a command needs, and the stamp of a .venv that holds them.

    The stamp says for which Python and place .venv was made, and what it holds, by digest. The
    stamp of a larger set begins with that of the smaller one.
    """
    verifies = not arguments or "verify" in arguments or "desk" in arguments
    names = SETS[: 3 if arguments[:1] == ["test"] else 2 if verifies else 1]
    stamp = f"{sys.version.split()[0]} {sys.base_prefix} {VENV}"
    for name in names:
        stamp += f"\n{name} {hashlib.sha256((ROOT / name).read_bytes()).hexdigest()}"
    return ROOT / names[-1], stamp


def read_stamp() -> str:
    """Read what .venv holds, or that it is unfinished; empty when a person made it."""
    return STAMP.read_text(encoding="utf-8", errors="replace") if STAMP.is_file() else ""


def ready(stamp: str) -> bool:
    """Tell, without starting anything, whether .venv is whole and holds at least these sets."""
    whole = VENV_PYTHON.is_file() and (VENV / "pyvenv.cfg").is_file()
    return whole and read_stamp().startswith(stamp)


def looks_usable() -> bool:
    """Ask a .venv that is not ready whether parts can be added, or it must be made anew."""
    import subprocess

    if read_stamp() == UNFINISHED or not (VENV / "pyvenv.cfg").is_file():
        return False
    question = "import sys; sys.exit([sys.version, sys.base_prefix] != sys.argv[1:])"
    command = [str(VENV_PYTHON), "-I", "-c", question, sys.version, sys.base_prefix]
    try:
        return subprocess.run(command, capture_output=True).returncode == 0
    except OSError:
        return False


def prepare(requirements: Path, stamp: str) -> None:
    """Make or mend .venv so that it holds the requirements, and the stamp says so."""
    with STARTER.open("rb") as lock:
        wait_for_others(lock.fileno())
        if ready(stamp):  # another start did it while this one waited
            return
        if looks_usable():
            say("必要な部品を入れています（.venv）。数分かかることがあります。")
        else:
            say("初回の準備をしています（.venvに部品を入れます）。数分かかることがあります。")
            make_venv()
        before = read_stamp()
        STAMP.write_text(UNFINISHED, encoding="utf-8")
        try:
            install(requirements)
        except CannotStartError:
            if INSTALLING not in LOG.read_bytes():  # nothing was touched: what worked still does
                STAMP.write_text(before, encoding="utf-8")
            raise
        STAMP.write_text(stamp, encoding="utf-8")


def wait_for_others(descriptor: int) -> None:
    """Let one start at a time change .venv; the system drops the lock of one that dies."""
    os.set_inheritable(descriptor, True)  # a pip that outlives the starter still holds the lock
    if not locked(descriptor):
        say("別の準備が終わるのを待っています。")
        while not locked(descriptor):
            time.sleep(0.3)


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
    except OSError as problem:
        return not isinstance(problem, (BlockingIOError, PermissionError))
    return True


def make_venv() -> None:
    """Make .venv anew from the Python that runs this (from its base, in a virtualenv)."""
    import shutil

    if VENV.is_dir():
        (VENV / "pyvenv.cfg").unlink(missing_ok=True)  # first: half removed must not look whole
        shutil.rmtree(VENV)
    VENV.mkdir()
    STAMP.write_text(UNFINISHED, encoding="utf-8")
    python = getattr(sys, "_base_executable", sys.executable)
    run_logged([python, "-I", "-X", "utf8", "-m", "venv", "--without-pip", str(VENV)])


def install(requirements: Path) -> None:
    """Install with pip, from wheels/ alone if there; Python then compiles only what it imports."""
    from importlib.util import find_spec

    command = [sys.executable, "-P", "-X", "utf8", "-m", "pip", "--python", str(VENV_PYTHON)]
    if not find_spec("pip"):  # one is put into .venv: a quarter of the time of a first start
        run_logged([str(VENV_PYTHON), "-I", "-m", "ensurepip"])
        command = [str(VENV_PYTHON), "-I", "-X", "utf8", "-m", "pip"]
    command += ["--disable-pip-version-check", "--no-input", "install", "--no-user", "--no-deps"]
    command += ["--require-hashes", "--only-binary=:all:", "--no-compile", "-r", str(requirements)]
    environment = {k: v for k, v in os.environ.items() if not re.fullmatch(MISLEADING, k)}
    if WHEELS.is_dir():  # then no index or link the user has set is asked
        command += ["--no-index", "--find-links", str(WHEELS)]
        environment = {k: v for k, v in environment.items() if not k.startswith("PIP_")}
        environment["PIP_CONFIG_FILE"] = os.devnull
    run_logged(command, environment)


def run_logged(command: "list[str]", environment: "dict[str, str] | None" = None) -> None:
    """Run one step of the preparation, all its output going to the log."""
    from subprocess import DEVNULL, run

    with LOG.open("wb") as log:  # close_fds=False hands the lock on
        done = run(command, env=environment, stdin=DEVNULL, stdout=log, stderr=log, close_fds=False)
    if done.returncode:
        text = LOG.read_bytes().decode("utf-8", errors="replace")
        raise CannotStartError(f"{reason(text)}、準備ができませんでした（詳しい記録: {LOG}）。")


def reason(text: str) -> str:
    """Say in Japanese why a step failed, from what pip, venv or the system said."""
    import shutil

    if shutil.disk_usage(ROOT).free < 1_000_000:
        text = "No space left"  # the log itself is cut short
    found = ((re.search(pattern, text), meaning) for pattern, meaning in REASONS.items())
    match, meaning = next((match, meaning) for match, meaning in found if match)
    source = "wheels フォルダ" if WHEELS.is_dir() else "配布元"
    return meaning.format(root=ROOT, source=source, **match.groupdict())


def start_in_venv(arguments: "list[str]") -> int:
    """Start again in the Python of .venv, in place of this process where the system can."""
    command = [str(VENV_PYTHON), "-X", IN_VENV, str(STARTER), *arguments]
    if sys.platform != "win32":
        os.execv(command[0], command)  # noqa: S606 - a shell would only be in the way
    import subprocess

    process = subprocess.Popen(command)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:  # the command got it too, and decides how to end
            continue


def say(sentence: str) -> None:
    """Print one line for the person at the terminal."""
    print(sentence, file=sys.stderr, flush=True)


def main(arguments: "list[str]") -> int:
    """Prepare, then run the command; 2 and one sentence when that is impossible."""
    if sys.version_info < OLDEST_PYTHON:
        say(TOO_OLD.format(*OLDEST_PYTHON, *sys.version_info))
        return 2
    sys.path.insert(0, str(ROOT))
    from workflow.terminal.streams import open_streams  # only now: an old Python cannot read it

    open_streams()
    if IN_VENV in sys._xoptions:
        from workflow.__main__ import start  # only now: it needs the parts

        return start()
    try:
        requirements, stamp = needed(arguments)
        if not ready(stamp):
            prepare(requirements, stamp)
        return start_in_venv(arguments)
    except CannotStartError as problem:
        say(str(problem))
    except OSError as problem:
        say(f"{reason(str(problem))}、準備ができませんでした。")
    except KeyboardInterrupt:
        say("準備を中断しました（もう一度実行すると、準備をやり直します）。")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
