from __future__ import annotations

import pytest

from tests.city import City, full_texts
from workflow.returned.context import Context


@pytest.fixture
def context(city: City) -> Context:
    """What files are judged by, in a round to which three departments have answered."""
    issued = city.generate().register
    for department in ("GAKKO", "KOREI", "KIKI"):
        city.send_back(department, full_texts(city.plan))
    return Context(city.plan, {2023: issued}, 2023)
