"""What tests cost, in seconds of CPU with all processes they started and waited for:

python -m pytest -p no:xdist -p tests.benchmarks.suite_cost tests/crash

Prints the dearest files and tests. A busy machine changes CPU little, and the clock a lot. What
many tests share, LibreOffice among it, ends with the last of them and counts for none.
"""

from __future__ import annotations

import resource
from collections import defaultdict
from collections.abc import Iterator

import pytest

_SHOWN = 15
_costs: dict[str, float] = {}


def pytest_collection_finish() -> None:
    """Note what was spent before the first test."""
    _costs["(collecting the tests)"] = _cpu_seconds()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Note what a test took, with the fixtures it was the first to ask for."""
    before = _cpu_seconds()
    yield
    _costs[item.nodeid] = _cpu_seconds() - before


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the dearest files, and the dearest tests."""
    _costs["(what tests shared)"] = _cpu_seconds() - sum(_costs.values())
    files: dict[str, float] = defaultdict(float)
    for test, seconds in _costs.items():
        files[test.partition("::")[0]] += seconds
    for title, costs in (("file", files), ("test", _costs)):
        total = sum(costs.values())
        terminalreporter.write_sep("-", f"seconds of CPU by {title}, of {total:.1f} in all")
        for name in sorted(costs, key=costs.__getitem__, reverse=True)[:_SHOWN]:
            terminalreporter.write_line(f"{costs[name]:7.2f} {name}")


def _cpu_seconds() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)
