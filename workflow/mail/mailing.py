"""The mails of a run as drafts in a folder: written, renewed and taken away; none is sent.

Who sends is the coordinator, by opening a draft and pressing the button. A draft that a person
has changed is never lost.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from workflow.mail.eml import Attachment, Draft, eml_bytes, is_address
from workflow.mail.letters import LetterKind, Letters, LetterValue, filled_in
from workflow.model.errors import WorkspaceError
from workflow.model.plain_text import json_bytes
from workflow.model.plan import Department
from workflow.model.rounds.declared import Period
from workflow.python.dataclass import dataclass
from workflow.storage.commit import Changes, commit
from workflow.storage.files import sha256, write_file
from workflow.storage.own_files import plan_writes
from workflow.storage.workspace import OLD_FOLDER, Workspace, department_file
from workflow.templates.register import Issue
from workflow.terminal.output import say, show_uncollected

_RECORD = ".drafts.json"


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail to be: to whom, in which words, saying what, with which workbook."""

    department: Department
    kind: LetterKind
    values: dict[str, LetterValue]
    attachment: Attachment | None = None
    is_to_person: bool = False


@dataclass(frozen=True, slots=True)
class Drafts:
    """What lies in a folder of drafts after a run.

    Fresh are those of the current ones that are new or say something new. Kept are copies of
    edited drafts that were written over, left are edited ones nobody needs any more.
    """

    current: tuple[Path, ...]
    fresh: tuple[Path, ...]
    kept: tuple[Path, ...]
    left: tuple[Path, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailing:
    """What one run made ready, and what the coordinator should know before sending it.

    New texts are the letters written for editing. Unaddressed are departments whose draft has
    nobody to go to; edited are hand-backs attached as people changed them; absent are departments
    whose hand-back is gone, and with it their draft. Uncollected counts the files that came since.
    Own is the coordinator's department where it has something to fill in too, and gets no mail;
    lost are departments not asked for what they sent and what lies there no more.
    """

    folder: Path
    drafts: Drafts
    new_texts: tuple[Path, ...]
    unaddressed: tuple[str, ...]
    edited: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    uncollected: int = 0
    own: str = ""
    lost: tuple[str, ...] = ()

    @property
    def is_settled(self) -> bool:
        """Whether nobody is asked anything any more, as far as anybody can tell."""
        waits = self.drafts.current or self.absent or self.uncollected or self.own or self.lost
        return not waits


def write_drafts(
    workspace: Workspace, year: int, folder: Path, letters: Letters, mails: Iterable[Mail]
) -> Mailing:
    """Write the mails as drafts into a folder, and the texts of letters that were not there.

    Raises WorkspaceError or OutputError; then the drafts are what they were.
    """
    contents = {}
    unaddressed = []
    for mail in mails:
        department = mail.department
        letter = letters.by_kind[mail.kind]
        message = filled_in(letter, mail.values, to_person=mail.is_to_person)
        contents[draft_name(department, mail.kind, workspace.period(year))] = eml_bytes(
            Draft(
                name=department.name,
                address=department.email,
                subject=message.subject,
                body=message.body,
                attachment=mail.attachment,
            )
        )
        if not is_address(department.email):
            unaddressed.append(department.name)
    drafts, changes = plan_drafts(folder, contents)
    for path, content in letters.new.items():
        write_file(path, content)
    commit(workspace, year, changes)
    return Mailing(
        folder=folder,
        drafts=drafts,
        new_texts=tuple(letters.new),
        unaddressed=tuple(unaddressed),
    )


def form_attachment(workspace: Workspace, year: int, issue: Issue) -> Attachment:
    """Return the template of an issue as it was issued. Raises WorkspaceError when it is gone."""
    folder, period = workspace.templates(year), workspace.period(year)
    for path in (folder / issue.file, folder / OLD_FOLDER / f"{issue.number}.xlsx"):
        content = content_of(path)
        if content is not None and sha256(content) == issue.sha256:
            return Attachment(issue.file, content)
    raise WorkspaceError(
        f"「{issue.file}」が発行したときのまま templates/{period.folder} にありません。"
        f"generate {period.options} を実行してください。"
    )


def content_of(path: Path) -> bytes | None:
    """Return what is in a file to attach; None when it is gone or cannot be read."""
    try:
        return path.read_bytes()
    except OSError:
        return None


# The drafts in a folder: which to write, which to leave to who changed them.


def draft_name(department: Department, kind: LetterKind, period: Period) -> str:
    """Return the name of a department's draft."""
    return department_file(department, period, "eml", kind)


def plan_drafts(folder: Path, contents: Mapping[str, bytes]) -> tuple[Drafts, Changes]:
    """Decide what to do for a folder to hold the drafts it shall, having looked at what lies there.

    Raises WorkspaceError when the record of what is ours cannot be read.
    """
    before = _record(folder)
    planned = plan_writes(folder, contents, before)
    left = {
        name: digest
        for name, digest in before.items()
        if name not in contents and folder / name not in planned.stale and (folder / name).is_file()
    }
    record = {**planned.made, **left}
    stored = {folder / _RECORD: json_bytes(record)} if record != before else {}
    drafts = Drafts(
        current=planned.current,
        fresh=tuple(path for path in planned.current if path in planned.writes),
        kept=planned.kept,
        left=tuple(folder / name for name in left),
    )
    return drafts, Changes(writes={**stored, **planned.writes}, removals=planned.stale)


def _record(folder: Path) -> dict[str, str]:
    path = folder / _RECORD
    if not path.exists():
        return {}
    try:
        return {str(name): str(digest) for name, digest in json.loads(path.read_bytes()).items()}
    except (OSError, ValueError, AttributeError) as error:
        raise WorkspaceError(
            f"下書きの記録（{path}）を読み取れません。「{folder}」を別の場所に移してから、"
            "もう一度実行してください。"
        ) from error


# What is shown.


def show_mailing(mailing: Mailing) -> None:
    """Show which drafts there are to send, and what to look at before."""
    drafts = mailing.drafts
    if drafts.current:
        say(
            f"メールの下書きが{len(drafts.current)}件あります"
            f"（新しいか、変わったもの{len(drafts.fresh)}件）。送信はしていません。"
        )
        say(f"置き場所：{mailing.folder}")
    elif mailing.is_settled:
        say("送るメールはありません。どの課からも、すべての回答が届いています。")
    for path in drafts.fresh:
        say(f"・{path.name}")
    for path in drafts.kept:
        say(f"手直しされていた下書きを作り直し、前のものを残しました：{path}。")
    for path in drafts.left:
        say(f"手直しされた下書きを残していますが、もう送る必要はありません：{path.name}。")
    _show_cautions(mailing)


def _show_cautions(mailing: Mailing) -> None:
    if mailing.own:
        say(
            f"とりまとめ課（{mailing.own}）にも記入するところがあります。"
            "自分の課あての下書きは作りません。"
        )
    if mailing.lost:
        say(
            "受け取ったあとにファイルがなくなっているため、催促しません："
            f"{'、'.join(mailing.lost)}。控えから戻して、collect を実行してください。"
        )
    if mailing.unaddressed:
        say(
            "メールアドレスが計画にないか正しくないため、宛先を空けてあります："
            f"{'、'.join(mailing.unaddressed)}。"
        )
    for name in mailing.edited:
        say(f"「{name}」は書き換えられています。そのまま添付したので、送る前に確かめてください。")
    for name in mailing.absent:
        say(f"「{name}」がないため、下書きを作れませんでした。collect を実行してください。")
    for path in mailing.new_texts:
        say(f"メールの文面を置きました。直して使えます：{path}")
    if mailing.uncollected:
        show_uncollected(mailing.uncollected)
