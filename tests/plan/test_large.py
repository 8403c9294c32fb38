"""A very large plan.json is read item by item: the same plan, and nothing that is not right."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.rounds.examples import HALF_YEARS, plan_of
from workflow.compiled.recording import plan_content_as_json, recorded_plan_content
from workflow.model.errors import PlanError
from workflow.model.plain_text import json_bytes
from workflow.plan import large
from workflow.plan.book.writer import written_book
from workflow.plan.build import build_plan
from workflow.plan.document import sample_document
from workflow.plan.fingerprint import plan_digest
from workflow.plan.large import load_large, plan_in, read_large
from workflow.plan.load import load_plan, parsed_plan
from workflow.storage import json_text, spooled
from workflow.storage.files import sha256
from workflow.storage.json_text import JsonText

Change = Callable[[dict[str, Any]], object]


@pytest.fixture(params=[1, 7, 1 << 20])
def piece(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many bytes are read at once; of the items few stay in memory."""
    size: int = request.param
    monkeypatch.setattr(large, "PIECE", size)
    monkeypatch.setattr(large, "_ITEMS_AT_ONCE", 3)
    monkeypatch.setattr(large, "_IN_BLOCK", 2)
    monkeypatch.setattr(spooled, "_MOST_THINGS", 4)
    return size


def stored(folder: Path, content: bytes) -> Path:
    path = folder / "plan.json"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.usefixtures("piece")
def test_it_is_the_plan_that_is_read_whole(tmp_path: Path, indent: int | None, mark: bytes) -> None:
    text = json.dumps(sample_document(), ensure_ascii=indent is None, indent=indent)
    content = mark + text.encode() + b"\n"
    found = read_large(stored(tmp_path, content))
    whole = parsed_plan({tmp_path / "plan.json": content})
    assert found
    written, digest = found
    assert digest == sha256(content)
    assert (written.plan, plan_digest(written.plan)) == (whole.plan, plan_digest(whole.plan))
    recorded = recorded_plan_content(whole.content)
    assert b"".join(plan_content_as_json(written.content)) == b"".join(recorded.pieces())


@pytest.mark.parametrize("number", [0.125, -12.5, 1e-7, 100])
@pytest.mark.usefixtures("piece")
def test_no_number_is_cut(tmp_path: Path, number: float) -> None:
    document = sample_document()
    document["form"]["fields"].append(
        {"key": "cost", "label": "決算額", "type": "number", "maximum": number}
    )
    content = json.dumps(document).encode()
    found = read_large(stored(tmp_path, content))
    assert found
    assert found[0].plan == parsed_plan({tmp_path / "plan.json": content}).plan


def test_a_plan_is_read_from_its_text_in_whatever_pieces(
    piece: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_text, "PIECE", piece)
    document = sample_document()
    recorded = recorded_plan_content(document)
    assert plan_in(recorded) == build_plan(document)
    unusual = json.dumps(document | {"note": "\ud800"}, ensure_ascii=False)
    content = unusual.encode("utf-8", "surrogatepass")
    assert plan_in(JsonText(content, 0, len(content))) == build_plan(document)


@pytest.mark.parametrize("most", [0, 1 << 30])
@pytest.mark.parametrize("names", [["plan.json"], ["plan.xlsx"], ["plan.json", "plan.xlsx"]])
def test_a_large_plan_is_loaded_as_any_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, names: list[str], most: int
) -> None:
    monkeypatch.setattr(large, "_LARGE", most)
    writers = {"plan.json": json_bytes, "plan.xlsx": written_book}
    for name in names:
        (tmp_path / name).write_bytes(writers[name](plan_of(HALF_YEARS)))
    for round_name in ("", load_plan(tmp_path).rounds[0].name):
        assert load_large(tmp_path, round_name) == load_plan(tmp_path, round_name)
    with pytest.raises(PlanError, match="回「別の回」がありません"):
        load_large(tmp_path, "別の回")


@pytest.mark.parametrize("most", [0, 1 << 30])
def test_what_is_wrong_with_a_large_plan_is_reported_as_of_any_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(large, "_LARGE", most)
    with pytest.raises(PlanError, match="がありません"):
        load_large(tmp_path)
    document = sample_document()
    document["items"][-1]["departments"] = ["NOBODY"]
    stored(tmp_path, json_bytes(document))
    with pytest.raises(PlanError, match="直すところが1か所"):
        load_large(tmp_path)
    stored(tmp_path, json_bytes(sample_document()))
    (tmp_path / "~$plan.json").touch()
    with pytest.raises(PlanError, match="開かれています"):
        load_large(tmp_path)


WRONG: dict[str, Change] = {
    "an id twice": lambda d: d["items"][-1].update(id=d["items"][0]["id"]),
    "nobody of the plan": lambda d: d["items"][-1].update(departments=["NOBODY"]),
    "no title": lambda d: d["items"][-1].pop("title"),
    "a heading too few": lambda d: d["items"][-1]["path"].pop(),
    "a character no workbook holds": lambda d: d["items"][-1].update(title="取\x01組"),
    "half a character": lambda d: d["items"][-1].update(title="\ud800"),
    "no list": lambda d: d.update(items={}),
    "no items": lambda d: d.update(items=[]),
    "nothing about items": lambda d: d.pop("items"),
    "an indicator of no item": lambda d: d.update(
        indicators=[{"id": "a", "item": "9-9", "name": "件数", "unit": "件", "direction": "up"}]
    ),
}


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG)
def test_what_is_wrong_anywhere_is_left_to_who_can_say_it(tmp_path: Path, change: Change) -> None:
    document = sample_document()
    assert read_large(stored(tmp_path, json_bytes(document)))
    change(document)
    assert read_large(stored(tmp_path, json.dumps(document).encode())) is None


UNUSUAL: dict[str, Callable[[bytes], bytes]] = {
    "a key twice": lambda b: b.replace(b'{"version"', b'{"version": 1, "version"'),
    "a key of an item twice": lambda b: b.replace(b'{"id"', b'{"id": "x", "id"', 1),
    "no comma": lambda b: b.replace(b', "levels"', b' "levels"'),
    "not closed": lambda b: b[:-1],
    "more behind": lambda b: b + b"{}",
    "a wide blank behind": lambda b: b + "\u3000".encode(),
    "a list": lambda b: b"[%s]" % b,
    "no number": lambda b: b.replace(b'"version": 1', b'"version": NaN'),
    "no text": lambda b: b.replace(b'"version"', b'"version\xff"'),
    "nothing": lambda _: b"",
}


@pytest.mark.parametrize("change", UNUSUAL.values(), ids=UNUSUAL)
@pytest.mark.usefixtures("piece")
def test_unusual_json_is_read_whole(tmp_path: Path, change: Callable[[bytes], bytes]) -> None:
    content = json.dumps(sample_document()).encode()
    assert change(content) != content
    assert read_large(stored(tmp_path, change(content))) is None
    assert read_large(tmp_path / "none.json") is None
