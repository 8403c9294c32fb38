from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from openpyxl.worksheet.merge import MergedCellRange

from tests.city import City
from tests.fillers.libreoffice import end_office
from workflow.storage import parallel

# The same examples in every run, however busy the machine is. To look for new ones, with others
# each time: pytest --hypothesis-profile=search.
_PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("steady", _PATIENT, derandomize=True)
settings.register_profile("search", _PATIENT, max_examples=1_000)
settings.load_profile("steady")

# openpyxl gives every cell under a merged one the borders of its corner, by comparing styles: half
# of what loading a template takes. Nobody sees these cells, and no test looks at their borders.
MergedCellRange.format = lambda self: None  # type: ignore[method-assign]

# The tests are at work on every core: a process that forks for twelve templates takes a third more
# than one that makes them itself. That both make the same: tests/templates/test_issue.py.
parallel._WORTH_A_FORK = sys.maxsize

_LONG = (
    "tests/examples/test_returns.py",
    "tests/journeys/test_own_form.py",
    "tests/examples/test_hostile.py",
    "tests/starter/test_starter.py",
    "tests/verification/test_mutations.py",
    "tests/desk/test_a_year_at_the_desk.py",
    "tests/paper/test_paper.py",
    "tests/bundle/test_bundle.py",
    "tests/test_ooxml.py",
)
"""Files of half a minute and more: they come first, so that no core waits for one at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests of long files first; all others stay in their order."""
    order = {name: place for place, name in enumerate(_LONG)}
    items.sort(key=lambda item: order.get(item.nodeid.partition("::")[0], len(order)))


def pytest_collection_finish() -> None:
    """Look for garbage seldom, and never among what is there before the first test.

    A run imports hundreds of modules and never lets go of them. Python goes through all of it again
    and again, which took a twelfth of the time of all tests.
    """
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def pytest_sessionfinish() -> None:
    """End what tests shared and left running."""
    end_office()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """On the CI machine everything a test needs is installed: a skip there is a failure."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    if report.skipped and os.environ.get("TORIMATOME_CI") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name long bytes alike: a zip made a second later may be of another length."""
    return "bytes" if isinstance(val, bytes) and len(val) > 16 else None


@pytest.fixture
def city(tmp_path: Path) -> City:
    """A workspace with the real 25-item plan."""
    return City.with_sample_plan(tmp_path)
