"""A city whose forms went out, and a desk that is served for it: one for all tests of a module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.city import City
from tests.desk.live import YEAR, Live, live_desk
from tests.harness.cities import build_city
from tests.harness.description import Example

ISSUED = Example(plan="sample", year=YEAR, files=())


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    return build_city(ISSUED, tmp_path_factory.mktemp("desk") / "市")


@pytest.fixture(scope="module")
def live(city: City) -> Iterator[Live]:
    with live_desk(city.home) as found:
        yield found
