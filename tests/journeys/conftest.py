"""Every journey: what was read of some bytes, or made of an equal round, is not made anew."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.harness.kept_readings import each_file_read_once, each_round_written_once


@pytest.fixture(autouse=True)
def worked_out_once() -> Iterator[None]:
    with each_file_read_once(), each_round_written_once():
        yield
