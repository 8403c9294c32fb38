"""A file that was received and is no longer there is reported until it is there again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.city import COLLECTED_AT, City, full_texts
from tests.engine import HERE
from workflow.commands.finalize import finalize
from workflow.commands.verify import verify


@pytest.fixture
def collected(city: City) -> City:
    city.generate()
    for department in ("GAKKO", "KIKI"):
        city.send_back(department, full_texts(city.plan))
    city.returned("~$KIKI.xlsx").write_bytes(b"\x05user")
    assert gone(city) == []
    return city


def gone(city: City) -> list[str]:
    """Collect; return the files that are reported as gone."""
    found = city.collect().document["findings"]
    return [finding["file"] for finding in found if finding["code"] == "FILE_GONE"]


def test_it_is_reported_again_and_again_until_it_is_back(collected: City) -> None:
    path = collected.returned("KIKI.xlsx")
    content = path.read_bytes()
    path.unlink()
    assert [gone(collected) for _ in range(2)] == [["KIKI.xlsx"]] * 2
    path.write_bytes(content)
    assert gone(collected) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda path: path.rename(path.with_name("危機管理課.xlsx")),
        lambda path: path.with_name("~$KIKI.xlsx").unlink(),
        lambda path: path.write_bytes(b"PK"),
    ],
    ids=["renamed", "litter taken away", "overwritten"],
)
def test_what_is_not_gone_is_not_reported(
    collected: City, change: Callable[[Path], object]
) -> None:
    change(collected.returned("KIKI.xlsx"))
    assert gone(collected) == []


def test_what_lies_in_a_zip_now_is_not_gone(collected: City) -> None:
    from tests.returned.intake.zips import zipped

    path = collected.returned("KIKI.xlsx")
    archive = collected.returned("送付.zip")
    archive.write_bytes(zipped(("KIKI.xlsx", path.read_bytes())))
    path.unlink()
    assert gone(collected) == []
    archive.unlink()
    assert gone(collected) == ["KIKI.xlsx", "送付.zip"]


def test_the_final_version_and_verify_tell_of_it_too(collected: City) -> None:
    collected.returned("KIKI.xlsx").unlink()
    assert gone(collected) == ["KIKI.xlsx"]
    assert verify(collected.workspace, 2023, HERE).differences == ()
    finalize(collected.workspace, 2023, COLLECTED_AT, HERE, "年度末のため")
    assert verify(collected.workspace, 2023, HERE).differences == ()
