"""`@dataclass` as the standard library means it, at a tenth of its price at start-up.

The standard library compiles up to six methods of a frozen dataclass where the class is defined:
1.5 ms each on Python 3.11, a third of a second for the classes of one command, and again in each
process that reads returned files. Here what compares, hashes, shows and pickles is made of
`operator.attrgetter`, and `__init__` alone is compiled, the first time an object is made: most
classes that a command imports never have one. A class is made with all of this at once: setting it
afterwards, method by method, took half of the time. The fields are the standard library's, so
`replace`, `fields` and type checkers find what they know.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from types import MemberDescriptorType
from typing import TYPE_CHECKING, Any, NoReturn

Method = Callable[..., Any]

_FIELD = dataclasses._FIELD  # type: ignore[attr-defined] # what `fields` and `replace` look for


def _dataclass(
    cls: type[Any] | None = None,
    /,
    *,
    frozen: bool = False,
    slots: bool = False,
    kw_only: bool = False,
    eq: bool = True,
    order: bool = False,
) -> Any:  # noqa: ANN401 - type checkers see the standard library's instead
    """Make a class a dataclass; one with an order is left to the standard library.

    >>> @dataclass(frozen=True, slots=True)
    ... class Point:
    ...     x: int
    ...     y: int = 0
    >>> Point(1), Point(1, y=2) == Point(1, 2), hash(Point(1)) == hash(Point(1, 0))
    (Point(x=1, y=0), True, True)
    """
    if cls is None:
        return lambda cls: _dataclass(
            cls, frozen=frozen, slots=slots, kw_only=kw_only, eq=eq, order=order
        )
    if order:
        return dataclasses.dataclass(frozen=frozen, slots=slots, kw_only=kw_only, order=True)(cls)
    cls.__doc__ = cls.__doc__ or cls.__name__
    fields = _fields_of(cls, kw_only)
    methods: dict[str, object] = dict(_methods(fields.values(), frozen, eq))
    methods["__dataclass_fields__"] = fields
    methods["__match_args__"] = tuple([f.name for f in fields.values() if f.init and not f.kw_only])
    if slots:
        cls = _with_slots(cls, fields, methods)
    methods["__init__"] = _first_init(cls, frozen, slots)
    if frozen and slots:  # neither a __dict__ to pickle, nor attributes that may be set
        values = _values_of(fields)
        methods["__getstate__"] = lambda self: values(self)  # as a method, which attrgetter is not
        methods["__setstate__"] = _state_setter([getattr(cls, name).__set__ for name in fields])
    for name, method in methods.items():
        if name not in cls.__dict__:
            type.__setattr__(cls, name, method)
    return cls


def _fields_of(cls: type[Any], kw_only: bool) -> dict[str, dataclasses.Field[Any]]:
    """Return the fields of a class by name, those of its bases first."""
    fields: dict[str, dataclasses.Field[Any]] = {}
    for base in reversed(cls.__mro__[1:]):
        fields |= base.__dict__.get("__dataclass_fields__", {})
    for name, kind in inspect.get_annotations(cls).items():
        if str(kind).startswith(("ClassVar", "typing.ClassVar")):
            continue
        usual = getattr(cls, name, dataclasses.MISSING)
        if isinstance(usual, MemberDescriptorType):  # the slot of a base
            usual = dataclasses.MISSING
        field: Any = usual
        if not isinstance(usual, dataclasses.Field):
            field = dataclasses.field(default=usual)
        elif usual.default is dataclasses.MISSING:
            delattr(cls, name)
        else:
            setattr(cls, name, usual.default)
        field.name, field.type, field._field_type = name, kind, _FIELD
        if field.kw_only is dataclasses.MISSING:
            field.kw_only = kw_only
        fields[name] = field
    return fields


def _with_slots(cls: type[Any], names: Iterable[str], methods: Mapping[str, object]) -> type[Any]:
    """Return a class made anew with slots of these names, and with these methods."""
    inherited = {slot for base in cls.__mro__[1:] for slot in base.__dict__.get("__slots__", ())}
    dropped = {"__dict__", "__weakref__", *names}
    kept = {name: value for name, value in cls.__dict__.items() if name not in dropped}
    slots = tuple([name for name in names if name not in inherited])
    added = {"__slots__": slots, "__qualname__": cls.__qualname__}
    make: Callable[..., type[Any]] = type(cls)
    return make(cls.__name__, cls.__bases__, {**methods, **kept, **added})


if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:
    dataclass = _dataclass


def _methods(
    fields: Collection[dataclasses.Field[Any]], frozen: bool, eq: bool
) -> Iterator[tuple[str, Method | None]]:
    """Yield the name of every method a dataclass has but those of its slots, and the method."""
    yield "__repr__", _shown
    if eq:
        yield "__eq__", _equality(field.name for field in fields if field.compare)
        yield "__hash__", _hash(fields) if frozen else None
    if frozen:
        yield "__setattr__", _refuse_setting
        yield "__delattr__", _refuse_deleting


def _first_init(cls: type[Any], frozen: bool, slots: bool) -> Method:
    """Return an `__init__` that compiles the true one, and leaves the next calls to it."""

    def init(self: object, *args: object, **kwargs: object) -> None:
        compiled = _init(cls, frozen, slots)
        type.__setattr__(cls, "__init__", compiled)
        compiled(self, *args, **kwargs)

    return init


def _init(cls: type[Any], frozen: bool, slots: bool) -> Method:
    """Return the `__init__` of a dataclass, compiled from its fields."""
    known: dict[str, Any] = {"_unset": object(), "_set": object.__setattr__}
    parameters: dict[bool, list[str]] = {False: [], True: ["*"]}  # by whether by keyword alone
    lines = []
    for field in dataclasses.fields(cls):
        name, value = field.name, _value(field, known)
        if field.init:
            parameters[field.kw_only is True].append(_parameter(field))
        if not value:
            continue
        if frozen and slots:
            known[f"_set_{name}"] = getattr(cls, name).__set__  # half the time of _set
            lines.append(f" _set_{name}(self, {value})")
        else:
            lines.append(f" _set(self, {name!r}, {value})" if frozen else f" self.{name} = {value}")
    if hasattr(cls, "__post_init__"):
        lines.append(" self.__post_init__()")
    by_keyword = parameters[True] if len(parameters[True]) > 1 else []
    head = f"def __init__({', '.join(('self', *parameters[False], *by_keyword))}):"
    exec("\n".join((head, *lines, " return")), known)  # noqa: S102 - names of fields, no text of others
    compiled: Method = known["__init__"]
    compiled.__qualname__ = f"{cls.__qualname__}.__init__"
    return compiled


def _value(field: dataclasses.Field[Any], known: dict[str, Any]) -> str:
    """Return what a field is set to, as source text, and add the names in it to what is known."""
    if field.default_factory is not dataclasses.MISSING:
        known[f"_make_{field.name}"] = field.default_factory
        made = f"_make_{field.name}()"
        return f"{made} if {field.name} is _unset else {field.name}" if field.init else made
    if field.default is not dataclasses.MISSING:
        known[f"_usual_{field.name}"] = field.default
        return field.name if field.init else f"_usual_{field.name}"
    return field.name if field.init else ""


def _parameter(field: dataclasses.Field[Any]) -> str:
    if field.default_factory is not dataclasses.MISSING:
        return f"{field.name}=_unset"
    has_default = field.default is not dataclasses.MISSING
    return f"{field.name}=_usual_{field.name}" if has_default else field.name


def _equality(names: Iterable[str]) -> Method:
    values = _values_of(names)

    def equality(self: object, other: object) -> Any:  # noqa: ANN401 - or NotImplemented
        if other.__class__ is self.__class__:
            return values(self) == values(other)
        return NotImplemented

    return equality


def _hash(fields: Iterable[dataclasses.Field[Any]]) -> Method:
    values = _values_of(f.name for f in fields if (f.compare if f.hash is None else f.hash))
    return lambda self: hash(values(self))


def _state_setter(setters: Sequence[Method]) -> Method:
    def set_state(self: object, state: tuple[Any, ...]) -> None:
        for set_value, value in zip(setters, state, strict=True):
            set_value(self, value)

    return set_state


def _values_of(names: Iterable[str]) -> Method:
    """Return a function that gives the tuple of these attributes of an object."""
    names = tuple(names)
    if len(names) < 2:  # attrgetter would give the value alone
        return lambda self: tuple([getattr(self, name) for name in names])
    return attrgetter(*names)


def _shown(self: Any) -> str:  # noqa: ANN401 - whatever is a dataclass
    shown = (f"{f.name}={getattr(self, f.name)!r}" for f in dataclasses.fields(self) if f.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _refuse_setting(self: object, name: str, value: object) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_deleting(self: object, name: str) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")
