"""What generate leaves behind besides templates, and what it says of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.city import ISSUED_AT, City, full_texts
from workflow.__main__ import main
from workflow.commands.generate import plan_issue
from workflow.plan.document import sample_document


def test_the_folder_for_returns_is_there_and_empty(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = ("--home", str(tmp_path))
    assert main(["init", "--sample", *home]) == 0
    assert main(["generate", "--year", "R5", *home]) == 0
    returned = tmp_path / "returned" / "2023"
    assert list(returned.iterdir()) == []
    (line,) = [line for line in capsys.readouterr().out.splitlines() if str(returned) in line]
    assert "名前を変えずに" in line
    assert main(["status", "--year", "R5", "--json", *home]) == 1
    assert '"files": 0' in capsys.readouterr().out


def test_a_workspace_with_plan_json_is_laid_out_by_whoever_keeps_it(city: City) -> None:
    city.generate()
    city.workspace.returned(2023).mkdir(parents=True)


def test_what_came_early_stays_as_it_is(city: City) -> None:
    early = city.returned("早く届いた.xlsx")
    early.write_bytes(b"PK")
    city.generate()
    assert [path.name for path in city.workspace.returned(2023).iterdir()] == [early.name]


def test_a_file_in_the_folders_place_is_reported_and_nothing_is_issued(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = ("--home", str(tmp_path))
    assert main(["init", "--sample", *home]) == 0
    (tmp_path / "returned").write_bytes(b"")
    assert main(["generate", "--year", "R5", *home]) == 2
    assert "フォルダーであるはずの場所にファイルがある" in capsys.readouterr().err
    assert not list((tmp_path / "templates").rglob("*.xlsx"))


def test_what_would_be_made_is_reported_and_nothing_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = ("--home", str(tmp_path))
    assert main(["init", "--sample", *home]) == 0
    before = sorted(tmp_path.rglob("*"))
    capsys.readouterr()
    assert main(["generate", "--year", "R5", "--dry-run", *home]) == 0
    assert "新しい調査票が12件" in capsys.readouterr().out
    assert sorted(tmp_path.rglob("*")) == before


def test_who_has_answered_is_listed_before_the_forms_are_made_anew(city: City) -> None:
    city.generate()
    city.send_back("CHIIKI", full_texts(city.plan))
    city.collect()
    document = sample_document()
    document["plan"]["deadline"] = "2024-06-28"
    for item in document["items"]:
        item["title"] += "（改）"
    city = City.with_plan(city.home, document)
    planned = plan_issue(city.workspace, 2023, ISSUED_AT)
    assert len(planned.issuance.reissued) == 12
    assert [issue.number.department for issue in planned.answered] == ["CHIIKI"]
    assert not city.workspace.templates(2023).joinpath("旧版").exists()
