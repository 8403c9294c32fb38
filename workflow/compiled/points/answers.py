"""What the files of a round answer, as text for whoever decides about it. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from workflow.compiled.merging.entries import Entry
from workflow.compiled.round import Round
from workflow.model.findings import Finding
from workflow.model.returns import Answer, Return
from workflow.python.dataclass import dataclass


@dataclass(frozen=True)
class RoundAnswers:
    """The answers of a round, found by file and item. Without slots, so that lookups are cached."""

    round: Round

    def basis_of(self, finding: Finding, answer: Answer | None) -> str:
        """Return what a decision about a warning rests on: the cell, the row, or the whole file."""
        at = finding.location
        if answer is not None and at.field_key in answer.cells:
            return answer.written.get(at.field_key, "")
        if answer is not None:
            return self.text(answer)
        returned = self.returns.get(at.file)
        if at.item or returned is None or not returned.answers:
            return ""
        return f"回答{len(returned.answers)}件（照合用の記号：{_digest_of(returned.answers)}）"

    def text(self, answer: Answer, keys: Sequence[str] = ()) -> str:
        """Return an answer as text: some of its fields, or all that are filled."""
        labels = self.round.plan.labels
        if len(keys) == 1:
            return answer.written.get(keys[0], "")
        shown = keys or [key for key in labels if key in answer.written]
        return "\n".join(f"{labels[key]}：{answer.written.get(key, '')}" for key in shown)

    def last_year(self, department: str, item: str, keys: Sequence[str] = ()) -> str:
        """Return last year's answer as text: some of its fields, or all that are filled."""
        texts = self.round.previous.get((item, department), {})
        labels = self.round.plan.labels
        if len(keys) == 1:
            return texts.get(labels.get(keys[0], ""), "")
        shown = (labels[key] for key in keys or labels)
        return "\n".join(f"{label}：{texts[label]}" for label in shown if texts.get(label))

    @cached_property
    def departments(self) -> Mapping[str, str]:
        """The department each file is of, by the file's name; "" where nobody knows."""
        return {returned.file: returned.department for returned in self.round.returns}

    @cached_property
    def returns(self) -> Mapping[str, Return]:
        """Every file that came in, by its name."""
        return {returned.file: returned for returned in self.round.returns}

    @cached_property
    def titles(self) -> Mapping[str, str]:
        """The title of each item."""
        return {item.id: item.title for item in self.round.plan.items}

    @cached_property
    def entries(self) -> Mapping[str, list[Entry]]:
        """The assignments of each item."""
        found: dict[str, list[Entry]] = {}
        for entry in self.round.entries:
            found.setdefault(entry.item.id, []).append(entry)
        return found


def _digest_of(answers: Iterable[Answer]) -> str:
    """Return a short digest of what a return answers: the same answers in another file match."""
    texts = sorted((a.item, sorted(a.written.items())) for a in answers)
    return hashlib.sha256(repr(texts).encode("utf-8", "replace")).hexdigest()[:8]
