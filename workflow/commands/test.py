"""test: lint, format, types, import directions and the tests of the tool itself."""

from __future__ import annotations

import subprocess
import sys
from argparse import REMAINDER, ArgumentParser, Namespace
from pathlib import Path

from workflow.commands.command import Command, source_folder

# import-linter's modules do not start by -m; this is what its lint-imports script does.
LINT_IMPORTS = "from importlinter.cli import lint_imports_command; lint_imports_command()"

CHECKS: dict[str, tuple[str, ...]] = {
    "書き方の検査（ruff check）": ("-m", "ruff", "check"),
    "体裁の検査（ruff format）": ("-m", "ruff", "format", "--check"),
    "型の検査（mypy）": ("-m", "mypy"),
    "依存の向きの検査（import-linter）": ("-c", LINT_IMPORTS),
}
TESTS = "テスト（pytest）"
# Tests of a file stay together: they share what is dear to make. They keep the order of
# tests/conftest.py; xdist would put the files with the fewest tests last, however long they take.
ON_EVERY_CORE = ("-n", "auto", "--dist", "loadfile", "--no-loadscope-reorder")


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("arguments", nargs=REMAINDER, help="pytest に渡す指定です。")


def _run(arguments: Namespace) -> int:
    return run_suite(source_folder(), arguments.arguments)


COMMAND = Command(
    name="test",
    summary="この道具自身の試験をします。",
    arguments=_arguments,
    run=_run,
    is_long=True,
)


def run_suite(root: Path, arguments: list[str]) -> int:
    """Run every check and then the tests, all of them even when one fails; 1 if any failed."""
    failed = [name for name, command in CHECKS.items() if not _passes(root, name, command)]
    # pytest comes last and has the last word, so what failed before it is named before it.
    heading = f"{TESTS}　ここまでの失敗: {'、'.join(failed)}" if failed else TESTS
    tests_pass = _passes(root, heading, ("-m", "pytest", *ON_EVERY_CORE, *arguments))
    return 0 if tests_pass and not failed else 1


def _passes(root: Path, heading: str, command: tuple[str, ...]) -> bool:
    sys.stdout.write(f"\n■ {heading}\n")
    sys.stdout.flush()  # before the check writes to the same terminal by itself
    # The commands are the ones above; only pytest's arguments come from the person.
    return subprocess.run((sys.executable, *command), cwd=root).returncode == 0  # noqa: S603
