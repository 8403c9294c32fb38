"""The cases put into returned/ as files, pipes, sockets, links and folders."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.city import City
from tests.hostile import byte_verbs, ole_verbs, sheet_verbs, xml_verbs, zip_verbs
from tests.hostile.description import Case, Step
from tests.hostile.town import filled, sent
from tests.hostile.verbs import VERBS

MODULES = (byte_verbs, ole_verbs, sheet_verbs, xml_verbs, zip_verbs)
"""Whose verbs the tables may use; importing them registers those."""

_SAID_ONLY = frozenset({"answer", "long answer", "shows", "grows"})
_NAMES = frozenset({"as", "also as"})
_ODD = frozenset({"pipe", "socket", "link to", "link to itself", "folder", "sparse"})


@dataclass(frozen=True, slots=True)
class Laid:
    """What a case left in returned/: the paths the result must show, or why there are none."""

    shown: tuple[str, ...]
    impossible: str = ""


def lay(city: City, case: Case, desk: Path) -> Laid:
    """Put a case into returned/."""
    names = _file_names(case)
    odd = [step for step in case.steps if step[0] in _ODD]
    try:
        for name in names:
            target = _target(city, name)
            if odd:
                _put_odd(target, odd[0], desk)
            else:
                target.write_bytes(content(city, case, desk))
            _change_mode(target, case)
    except (OSError, UnicodeEncodeError) as error:
        return Laid((), f"the file system cannot hold it: {error!r}")
    return Laid(tuple(_shown(name) for name in names))


def content(city: City, case: Case, desk: Path) -> bytes:
    """Return the bytes of a case."""
    made = filled(city, case.code, sent(case), desk)
    for verb, arguments in case.steps:
        if verb in VERBS:
            given = (argument.replace("{code}", case.code) for argument in arguments)
            made = VERBS[verb](made, *given)
        else:
            assert verb in _SAID_ONLY | _NAMES | {"mode"}, f"{case.name}: nobody knows 「{verb}」"
    return made


def _file_names(case: Case) -> list[str]:
    named = [arguments[0] for verb, arguments in case.steps if verb == "as"]
    others = [arguments[0] for verb, arguments in case.steps if verb == "also as"]
    return [*(named or [f"{case.code}.xlsx"]), *others]


def _target(city: City, name: str) -> Path:
    target = city.workspace.returned(2023) / _stored(name)
    target.parent.mkdir(parents=True, exist_ok=True)
    return target


def _stored(name: str) -> str:
    """Return a name as the disk holds it; one beginning with \\x80 is no UTF-8."""
    return os.fsdecode(name.encode("latin-1")) if name.startswith("\x80") else name


def _shown(name: str) -> str:
    return _stored(name).encode("utf-8", "replace").decode()


def _change_mode(target: Path, case: Case) -> None:
    for verb, arguments in case.steps:
        if verb == "mode":
            target.chmod(int(arguments[0], 8))


def _put_odd(target: Path, step: Step, desk: Path) -> None:
    verb, arguments = step
    if verb == "pipe":
        os.mkfifo(target)
    elif verb == "socket":
        _put_socket(target)
    elif verb == "link to":
        (desk / "secret.xlsx").write_bytes(b"secret")
        target.symlink_to(arguments[0].replace("{desk}", str(desk)))
    elif verb == "link to itself":
        target.symlink_to(target.name)
    elif verb == "folder":
        (target / arguments[0]).parent.mkdir(parents=True)
        (target / arguments[0]).write_text("x", "utf-8")
    else:
        with target.open("wb") as file:
            file.truncate(int(arguments[0]))


def _put_socket(target: Path) -> None:
    """Bind a socket where the path is short, and move it."""
    short = Path(tempfile.mkdtemp(prefix="s-"))
    try:
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind(str(short / "s"))
        (short / "s").rename(target)
    finally:
        shutil.rmtree(short)
