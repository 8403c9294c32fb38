"""How the departments of two plans follow each other: 改称・統合・分割・新設・廃止. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from workflow.model.plan import Department, Plan
from workflow.plan.change import Change, ChangeKind


class Lineage:
    """Which departments of the earlier plan each of the later one comes from, and the reverse."""

    def __init__(self, before: Plan, after: Plan) -> None:
        self.origins: Mapping[str, tuple[Department, ...]] = {
            new.code: tuple(old for old in before.departments if _follows(new, old))
            for new in after.departments
        }
        self.heirs: Mapping[str, tuple[Department, ...]] = {
            old.code: tuple(new for new in after.departments if _follows(new, old))
            for old in before.departments
        }

    def goes_on(self, before: Sequence[str], after: Sequence[str]) -> bool:
        """Whether those who answer after are heirs of those before, and each of them has one."""
        heirs = [{heir.code for heir in self.heirs[code]} for code in before]
        return set(after) <= set().union(*heirs) and all(own & set(after) for own in heirs)


def department_changes(before: Plan, after: Plan, lineage: Lineage) -> Iterator[Change]:
    """Yield what became of the departments, in the plans' order."""
    for old in before.departments:
        yield from _what_became_of(old, lineage)
    for new in after.departments:
        yield from _where_from(new, lineage)


def _follows(new: Department, old: Department) -> bool:
    """Whether a department goes on with another's work: by code, by name, or as it declares."""
    return new.code == old.code or bool({new.name, *new.formerly} & {old.name, old.code})


def _what_became_of(old: Department, lineage: Lineage) -> Iterator[Change]:
    heirs = lineage.heirs[old.code]
    if not heirs:
        yield Change(
            ChangeKind.ENDED_DEPARTMENT,
            f"「{old.name}」を引き継ぐ課がありません。名前が変わったか、ほかの課と一緒になったときは、"
            f"新しい課の「旧名・旧コード」に「{old.name}」と記入してください。",
            is_doubtful=True,
        )
    elif len(heirs) > 1:
        named = "と".join(f"「{heir.name}」" for heir in heirs)
        yield Change(
            ChangeKind.SPLIT,
            f"「{old.name}」は、{named}に分かれます。昨年の回答は、それぞれが担当する取組に載ります。",
        )


def _where_from(new: Department, lineage: Lineage) -> Iterator[Change]:
    origins = lineage.origins[new.code]
    if not origins:
        yield Change(
            ChangeKind.NEW_DEPARTMENT,
            f"「{new.name}」は、新しい課です。前からある課を引き継ぐときは、"
            "「旧名・旧コード」に前の名前を記入してください。",
            is_doubtful=True,
        )
    elif len(origins) > 1:
        named = "と".join(f"「{old.name}」" for old in origins)
        yield Change(
            ChangeKind.MERGED, f"{named}は、「{new.name}」になります。昨年の回答を引き継ぎます。"
        )
    elif len(lineage.heirs[origins[0].code]) == 1:
        yield from _renamed(origins[0], new)


def _renamed(old: Department, new: Department) -> Iterator[Change]:
    if old.name != new.name:
        yield Change(
            ChangeKind.RENAMED,
            f"「{old.name}」は、「{new.name}」になります。昨年の回答を引き継ぎます。",
        )
    elif old.code != new.code:
        yield Change(
            ChangeKind.RENAMED,
            f"「{new.name}」のコードが、{old.code} から {new.code} に変わります。",
        )
