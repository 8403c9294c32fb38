"""The way of a returned file's name through the code, walked at run time during one collect.

A function of `workflow/` lies on the way when it is called with the name among its arguments: the
text itself, a path that ends in it, or an object that holds it. How deep an object may hold it is
said with each figure: *directly* is an object with a field that is the name, or a tuple, list or
mapping of names or of such objects; *at most two deep* is also an object that holds such an object.
What is read from a disk or a pipe is no argument, and what an iterator would yield is not asked
for. Lambdas and comprehensions count as a part of the function they stand in. A *change of module*
is a call from a function on the way, or leading to it, into one of another module, counted once.

`python -m tests.benchmarks.structure --way` lists the functions, and what of each holds the name.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import dropwhile
from pathlib import Path
from types import CodeType, FrameType, MappingProxyType

NAME = "目印のファイル.xlsx"
DEPTHS = {1: "held directly", 2: "held at most two deep"}
_ANSWERS = {
    "取組状況": "実施した。", "課題・改善点": "特になし。", "今後の方針": "継続", "評価": "Ｂ",
}  # fmt: skip


@dataclass(frozen=True)
class Way:
    """How many functions and modules the name passes, and how often it changes the module."""

    depth: int
    functions: int
    modules: int
    changes: int
    steps: Mapping[str, Mapping[str, str]]
    """Module → function → the arguments that hold the name, in the order they are first met."""


def traced_ways(root: Path) -> Iterator[Way]:
    """Yield the way through the checkout in a folder, for each depth; its own Python walks it."""
    own = root / ".venv" / "bin" / "python"
    python = own if own.exists() else sys.executable
    with tempfile.TemporaryDirectory() as folder:
        for depth in DEPTHS:
            home = Path(folder) / f"home{depth}"
            home.mkdir()
            record = Path(folder) / f"record{depth}"
            command = [python, "-P", __file__, str(home), str(record), str(depth)]
            done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
            if done.returncode:
                raise SystemExit(done.stderr)
            yield _way(depth, record)


def _way(depth: int, record: Path) -> Way:
    calls = [line.split("\t") for line in record.read_text("utf-8").splitlines()]
    steps: dict[str, dict[str, str]] = {}
    for _, module, name, holding in calls:
        steps.setdefault(module, {}).setdefault(name, holding)
    moves = {(caller, module, name) for caller, module, name, _ in calls}
    return Way(
        depth=depth,
        functions=sum(map(len, steps.values())),
        modules=len(steps),
        changes=sum(caller.partition(" ")[0] != module for caller, module, _ in moves),
        steps=steps,
    )


def main(home: Path, record: Path, depth: int) -> None:
    """Play a small round in an empty folder and record every call that the name goes along with."""
    sys.path.insert(0, str(Path.cwd()))
    command_line = _command_line()

    def command(*words: str) -> int:
        return command_line([*words, "--home", str(home)])

    command("init", "--sample")
    command("generate", "--year", "2023")
    _return_one(home)
    _work_in_forks()
    tracer = _Tracer(record, depth)
    threading.setprofile(tracer.profile)
    sys.setprofile(tracer.profile)
    code = command("collect", "--year", "2023")
    sys.setprofile(None)
    assert code == 1, "one department has answered, so something must be missing"
    (ledger,) = (home / "compiled" / "2023").glob("台帳_*.csv")
    assert NAME in ledger.read_text("utf-8")


def _command_line() -> Callable[[Sequence[str]], int]:
    """Return what run.py hands over to; before there was `python -m workflow` it had its place."""
    place = "workflow.__main__" if Path("workflow/__main__.py").exists() else "workflow.cli"
    main: Callable[[Sequence[str]], int] = importlib.import_module(place).main
    return main


def _return_one(home: Path) -> None:
    """Fill the first template and put it into returned/ under the name."""
    from openpyxl import load_workbook

    book = load_workbook(min((home / "templates" / "2023").glob("*.xlsx")))
    sheet = book["進捗状況"]
    header, *rows = dropwhile(lambda row: row[0].value != "整理番号", sheet.iter_rows())
    for row in rows:
        for label, cell in zip(header, row, strict=True):
            if row[0].value and str(label.value) in _ANSWERS:
                cell.value = _ANSWERS[str(label.value)]
    folder = home / "returned" / "2023"
    folder.mkdir(parents=True, exist_ok=True)
    book.save(folder / NAME)


def _work_in_forks() -> None:
    """Have worker processes forked from this one, so that they trace as it does."""
    forking = multiprocessing.get_context("fork")
    multiprocessing.get_context = lambda method=None: forking  # type: ignore[assignment]


class _Tracer:
    """Records calls; what it has seen is written at once, since a worker may end at any time."""

    def __init__(self, record: Path, depth: int) -> None:
        self._package = f"{Path.cwd() / 'workflow'}{os.sep}"
        self._depth = depth
        self._file = os.open(record, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self._seen: set[tuple[str, str]] = set()

    def profile(self, frame: FrameType, event: str, _: object) -> None:
        """Look at a call; as sys.setprofile wants it."""
        if event != "call" or not self._is_ours(frame.f_code):
            return
        holding = [
            f"{name}: {type(value).__name__}"
            for name, value in _arguments(frame)
            if _holds(value, self._depth)
        ]
        if holding:
            caller = frame.f_back
            while caller and not self._is_ours(caller.f_code):
                caller = caller.f_back
            call = (self._name_of(caller, " "), self._name_of(frame, "\t"))
            if call not in self._seen:
                self._seen.add(call)
                os.write(self._file, "\t".join((*call, f"{', '.join(holding)}\n")).encode())

    def _is_ours(self, code: CodeType) -> bool:
        file, name = code.co_filename, code.co_name
        return file.startswith(self._package) and file.endswith(".py") and not name.startswith("<")

    def _name_of(self, frame: FrameType | None, between: str) -> str:
        if frame is None:
            return "-"
        module = frame.f_code.co_filename.removeprefix(self._package)
        return f"{module}{between}{frame.f_code.co_qualname}"


def _arguments(frame: FrameType) -> Iterator[tuple[str, object]]:
    code = frame.f_code
    count = code.co_argcount + code.co_kwonlyargcount
    count += bool(code.co_flags & 0x04) + bool(code.co_flags & 0x08)  # *args and **kwargs
    given = frame.f_locals
    return ((name, given[name]) for name in code.co_varnames[:count] if name in given)


def _holds(value: object, depth: int) -> bool:
    """Whether a value is the name or holds it in a field, so many objects deep."""
    if isinstance(value, str):
        return value == NAME
    if isinstance(value, Path):
        return value.name == NAME
    if isinstance(value, dict | MappingProxyType):
        return any(_holds(part, depth) for part in (*value, *value.values()))
    if isinstance(value, tuple | list | set | frozenset):
        return any(_holds(part, depth) for part in value)
    if depth == 0 or not type(value).__module__.startswith("workflow"):
        return False
    names = getattr(type(value), "__dataclass_fields__", None) or getattr(value, "__dict__", {})
    return any(_holds(getattr(value, name, None), depth - 1) for name in names)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
