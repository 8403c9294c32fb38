"""The rounds of a year as they lie in the workspace, and to which of them a file counts."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import PurePosixPath

from workflow.compiled.recorded import recorded_files, recorded_outcomes
from workflow.model.catalogue import Code
from workflow.model.returns import Return
from workflow.python.dataclass import dataclass
from workflow.returned.context import OtherRound, asked_labels
from workflow.rounds.siblings.named import rounds_of
from workflow.storage.journal import Journal, load_journal
from workflow.storage.workspace import Workspace
from workflow.templates.register import FormNumber, Register
from workflow.templates.register_file import load_register


@dataclass(frozen=True)
class IssuedRoundOfYear:
    """A round of a year that was issued: its register and its journal."""

    name: str
    register: Register
    journal: Journal

    @property
    def number(self) -> int:
        """The number on its forms."""
        return self.register.number

    @property
    def is_open(self) -> bool:
        """Whether it still takes returns."""
        return not self.journal.is_final

    @cached_property
    def recorded(self) -> frozenset[str]:
        """The files, and what lay in them, that its last collect counted."""
        return frozenset((*recorded_files(self.journal), *recorded_outcomes(self.journal)))


@dataclass(frozen=True)
class RoundsOfYear:
    """The rounds of a year that were issued, by their numbers; own is the one that is judged.

    Folders are those in which returns of a round may lie: also of rounds not issued yet.
    """

    year: int
    own: str
    issued: tuple[IssuedRoundOfYear, ...]
    folders: frozenset[str] = frozenset()

    @property
    def in_hand(self) -> str:
        """The round that is worked on: the last one issued that is not final, or else the last."""
        open_ = [one.name for one in self.issued if one.is_open]
        names = open_ or [one.name for one in self.issued]
        return names[-1] if names else ""

    @property
    def others(self) -> Mapping[int, OtherRound]:
        """The other rounds, as judging asks for them, by their numbers."""
        return {
            one.number: OtherRound(one.name, asked_labels(one.register))
            for one in self.issued
            if one.name != self.own
        }

    def holds(self, returned: Return) -> bool:
        """Whether a return counts to the round that is judged.

        What says itself of which round it is counts to that, wherever it lies; all else to the
        round in whose folder it lies, or to the round in hand. Where a form of another round lies
        in this one's folder, this one says so.
        """
        number = FormNumber.parse(returned.number)
        if number is None and returned.outcome.is_answer:
            return True
        names = {one.number: one.name for one in self.issued}
        named = names.get(number.round) if number and number.year == self.year else None
        return named == self.own or self._belongs_here(returned.file, is_known=named is not None)

    def is_late(self, returned: Return) -> bool:
        """Whether a return is of another round that is final and has not counted it."""
        (finding, *_) = returned.findings or (None,)
        if finding is None or finding.code is not Code.RETURN_OTHER_ROUND:
            return False
        of = next(one for one in self.issued if one.name == finding.details["round"])
        return not of.is_open and returned.file not in of.recorded

    def may_hold(self, file: str) -> bool:
        """Whether a file that nobody judged yet counts to the round, by where it lies."""
        return self._belongs_here(file, is_known=False)

    def _belongs_here(self, file: str, *, is_known: bool) -> bool:
        folder = self._folder(file)
        if folder:
            return folder == self.own
        taken = (one.recorded for one in self.issued if one.name != self.own)
        own = next((one.recorded for one in self.issued if one.name == self.own), frozenset())
        if is_known or any(file in files for files in taken):
            return False
        return file in own or self.in_hand == self.own

    def _folder(self, file: str) -> str:
        """Return the innermost folder around a file that is named like a round; "" for none."""
        parts = [unicodedata.normalize("NFC", part) for part in PurePosixPath(file).parts[:-1]]
        return next((part for part in reversed(parts) if part in self.folders), "")


def as_late(returned: Return) -> Return:
    """Return a return of another round as one that this round does not count any more."""
    findings = tuple(replace(f, code=Code.RETURN_CLOSED_ROUND) for f in returned.findings)
    return replace(returned, findings=findings)


def rounds_of_year(workspace: Workspace, year: int) -> RoundsOfYear:
    """Return the rounds of a year as they lie in the workspace; none where it has none.

    Raises WorkspaceError when a register or a journal cannot be read.
    """
    issued = []
    for name in workspace.round_names(year):
        one = workspace.in_round(name)
        register = load_register(one.templates(year), year, name)
        issued.append(IssuedRoundOfYear(name, register, load_journal(one.journal(year))))
    issued.sort(key=lambda one: one.number)
    folders = frozenset(rounds_of(workspace, year))
    return RoundsOfYear(year, workspace.round, tuple(issued), folders)
