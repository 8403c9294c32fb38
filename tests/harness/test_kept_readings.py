"""Verify takes what collect made of an equal round, or else the suite pays for it twice."""

from __future__ import annotations

from collections.abc import Sequence
from unittest.mock import patch

import pytest

from tests.city import City, full_texts
from tests.harness import kept_readings
from tests.harness.kept_readings import each_round_written_once
from tests.verification.rounds import verified
from workflow.compiled.outputs import output_files


@pytest.mark.parametrize("returned", [(0,), (0, 1)])
def test_the_files_of_a_round_are_made_once(city: City, returned: Sequence[int]) -> None:
    city.generate()
    made = patch.object(kept_readings, "output_files", wraps=output_files)
    with each_round_written_once(), made as calls:
        for number in returned:
            city.send_back(city.plan.departments[number].code, full_texts(city.plan))
            city.collect()
            assert verified(city).differences == ()
        assert calls.call_count == len(returned)
