"""What we made in a folder is renewed and taken away; what people changed there never is."""

from __future__ import annotations

from pathlib import Path

from workflow.storage.files import sha256
from workflow.storage.own_files import plan_writes


def test_what_people_changed_is_kept_and_what_is_strange_stays(tmp_path: Path) -> None:
    ours = {
        "same": b"1",
        "renewed": b"old",
        "edited.eml": b"old",
        "stale": b"s",
        "stale edited": b"s",
    }
    made_before = {name: sha256(content) for name, content in ours.items()}
    on_disk = ours | {"edited.eml": b"by hand", "stale edited": b"by hand", "strange": b"?"}
    for name, content in on_disk.items():
        (tmp_path / name).write_bytes(content)
    contents = {"same": b"1", "renewed": b"new", "edited.eml": b"new", "first": b"1"}
    planned = plan_writes(tmp_path, contents, made_before | {"gone": sha256(b"")})
    (copy,) = planned.kept
    assert copy == tmp_path / "上書き前" / f"edited_{sha256(b'by hand')[:8]}.eml"
    assert {path.name: content for path, content in planned.writes.items()} == {
        copy.name: b"by hand",
        "renewed": b"new",
        "edited.eml": b"new",
        "first": b"1",
    }
    assert planned.current == tuple(tmp_path / name for name in contents)
    assert set(planned.made) == set(contents)
    assert planned.stale == (tmp_path / "stale",)
