"""CPU time of work in this process, its children included; several candidates in turn."""

from __future__ import annotations

import resource
from collections.abc import Callable, Mapping

Work = Callable[[], object]


def least_cpu(works: Mapping[str, Work], times: int, rounds: int) -> dict[str, float]:
    """Return the CPU seconds one call of each takes: the least of several rounds in turn."""
    for work in works.values():
        work()  # what is imported and cached at first use counts for none of them
    seconds: dict[str, float] = {}
    for _ in range(rounds):
        for name, work in works.items():
            seconds[name] = min(_seconds(work, times), seconds.get(name, float("inf")))
    return seconds


def _seconds(work: Work, times: int) -> float:
    before = _used()
    for _ in range(times):
        work()
    return (_used() - before) / times


def _used() -> float:
    usages = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)
