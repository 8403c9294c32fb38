import copy
import dataclasses
import inspect
import pickle
from collections.abc import Callable, Mapping
from dataclasses import dataclass as standard
from dataclasses import field
from typing import Any, ClassVar

import pytest

from workflow.python.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A base class, whose fields come first."""

    file: str
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class Cell(Place):
    cell: str = ""
    details: Mapping[str, int] = field(default_factory=dict, hash=False)
    seen: int = field(default=0, compare=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class One:
    only: object


@dataclass(frozen=True)
class Loose:
    name: str

    def __repr__(self) -> str:
        return "loose"


@dataclass(slots=True)
class Counter:
    most: int
    left: int = field(init=False)
    met: list[str] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        self.left = self.most


@dataclass(eq=False)
class Thing:
    name: str = "thing"


@dataclass(frozen=True, slots=True)
class Nothing:
    pass


@pytest.mark.parametrize(
    "thing",
    [Place("a"), Cell("a", "b", details={"x": 1}, seen=2), One((1,)), Loose("n"), Nothing()],
)
def test_a_frozen_one_is_equal_hashed_copied_and_pickled_by_its_fields(thing: object) -> None:
    instance: Any = thing
    for twin in (
        copy.copy(thing),
        dataclasses.replace(instance),
        pickle.loads(pickle.dumps(thing)),
    ):
        assert twin == thing
        assert hash(twin) == hash(thing)
        assert repr(twin) == repr(thing)
    for name in (*(f.name for f in dataclasses.fields(instance)), "other"):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(thing, name, 1)
        with pytest.raises(dataclasses.FrozenInstanceError):
            delattr(thing, name)


def test_fields_compare_hash_and_show_as_they_declare() -> None:
    cell = Cell("a", cell="C1", details={"x": 1})
    assert cell == Cell("a", cell="C1", details={"x": 1}, seen=9)
    assert cell != Cell("a", cell="C1", details={"x": 2})
    assert Place("a") != Cell("a")
    assert repr(cell) == "Cell(file='a', sheet='', cell='C1', details={'x': 1}, seen=0)"
    assert repr(Loose("a")) == "loose"


def test_each_object_has_a_default_of_its_own() -> None:
    first, second = Counter(3), Counter(4)
    first.met.append("x")
    assert (first.left, second.left, second.met) == (3, 4, [])
    with pytest.raises(TypeError, match="unhashable"):
        hash(first)
    assert Thing() != Thing()
    assert len({Thing(), Thing()}) == 2
    with pytest.raises(TypeError, match="most"):
        Counter()  # type: ignore[call-arg] # what is tried
    with pytest.raises(TypeError, match="positional"):
        Cell("a", "b", "c", {}, 4)  # type: ignore[call-arg] # what is tried


@pytest.mark.parametrize("options", [{"frozen": True, "slots": True}, {"frozen": True}, {}])
def test_it_takes_what_the_standard_library_takes(options: dict[str, bool]) -> None:
    def made(decorator: Callable[..., Any]) -> type[Any]:
        class Answer:
            """An answer."""

            item: str
            text: str = ""
            parts: tuple[str, ...] = field(default_factory=tuple)
            kind: str = field(default="a", kw_only=True)
            count: ClassVar[int] = 0

        kind: type[Any] = decorator(**options)(Answer)
        return kind

    ours, theirs = made(dataclass), made(standard)
    for positional, named in ((("1",), {}), (("1", "t", ("p",)), {"kind": "b"})):
        values = [dataclasses.astuple(kind(*positional, **named)) for kind in (ours, theirs)]
        assert values[0] == values[1]
    declared = [[str(field) for field in dataclasses.fields(kind)] for kind in (ours, theirs)]
    assert declared[0] == declared[1]
    assert getattr(ours, "__slots__", None) == getattr(theirs, "__slots__", None)
    assert ours.__match_args__ == theirs.__match_args__
    parameters = [list(inspect.signature(kind.__init__).parameters) for kind in (ours, theirs)]
    assert parameters[0] == parameters[1]
