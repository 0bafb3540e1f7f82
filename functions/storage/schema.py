"""One declaration per record, from which its values are written, read and documented.

::

    POINT = Schema(Point, parts={"place": Place}, at="t", place__id="i", kind=Attribute("k", read=Kind))
    POINT.write(point)     # {"t": 5, "i": "a", "k": "x"}
    POINT.item(key, point) # the same with its key, to be written into the table
    POINT.read(stored)     # a Point; what it lacks has the field's default, what else it has is a later version's
    POINT.rows()           # for docs/data-model.md

The order of the declaration is the order in which attributes are written, which matters where they become JSON.
"""

from __future__ import annotations

import json
from enum import StrEnum
from operator import attrgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from msgspec import NODEFAULT, Struct

from storage.attribute_values import Item, StoredItem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from storage.keys import Key

T = TypeVar("T", bound=Struct)


class Attribute(Struct, frozen=True):
    """The attribute that stores a field, and the conversion of its value; None leaves it as it is."""

    name: str
    write: Callable[[Any], Any] | None = None
    read: Callable[[Any], Any] | None = None
    form: str = ""
    """The stored form, for the document."""


class LeaveOut(StrEnum):
    """Values of a record that are not stored."""

    EMPTY = "empty"
    """None, False, 0, an empty text or tuple."""
    DEFAULT = "default"
    """A value that is the field's default."""
    NONE = "none"
    """None only."""


class _Members(NamedTuple):
    """Fields of one record, each with its attribute; those of the second kind are converted."""

    plain: tuple[tuple[str, str], ...]
    converted: tuple[tuple[str, str, Callable[[Any], Any]], ...]

    def read(self, item: Item) -> dict[str, Any]:
        """Return the fields that an item holds."""
        values = {name: item[attribute] for name, attribute in self.plain if attribute in item}
        for name, attribute, read in self.converted:
            if stored := item.get(attribute):
                values[name] = read(stored)
        return values


class Row(NamedTuple):
    """One line of the document: the attribute, the field it holds, and its form."""

    attribute: str
    owner: type
    field: str
    form: str


class Schema(Generic[T]):
    """The mapping of a record to an item: keywords name its fields, and the attribute of each.

    ``parts`` names the fields that hold another record whose fields are attributes of the same item; the keyword
    ``place__id`` is the field ``id`` of the part ``place``. ``leave_out`` says which values are not written. Fields
    that ``keep`` names are written unless they are None.
    """

    def __init__(
        self,
        kind: type[T],
        /,
        *,
        leave_out: LeaveOut = LeaveOut.EMPTY,
        keep: tuple[str, ...] = (),
        parts: Mapping[str, type] = MappingProxyType({}),
        **attributes: str | Attribute,
    ) -> None:
        self.kind = kind
        self._kinds = {"": kind, **parts}
        self._attributes = {
            name.replace("__", "."): Attribute(each) if isinstance(each, str) else each
            for name, each in attributes.items()
        }
        every = self._attributes
        self._names = tuple(each.name for each in every.values())
        self._get = _values_at(tuple(every))
        self._keep = frozenset(every[path].name for path in (every if leave_out == LeaveOut.NONE else keep))
        self._defaults = self._usual() if leave_out == LeaveOut.DEFAULT else None
        self._writers = tuple((each.name, each.write) for each in every.values() if each.write)
        self._own = self._members("")
        self._parts = tuple((part, kind, self._members(f"{part}.")) for part, kind in parts.items())

    def write(self, value: T) -> Item:
        """Return the attributes of a value."""
        values = zip(self._names, self._get(value), strict=True)
        if self._defaults is None:
            keep = self._keep
            item = {name: each for name, each in values if each or (name in keep and each is not None)}
        else:
            defaults = self._defaults
            item = {name: each for name, each in values if each != defaults[name]}
        for name, write in self._writers:
            if name in item:
                item[name] = write(item[name])
        return item

    def item(self, key: Key, value: T, expires: int | None = None, **derived: Any) -> StoredItem:
        """Return the item of a value, with when it expires (seconds since 1970) and attributes that are derived."""
        return _stored(key, {**self.write(value), **derived}, expires)

    def read(self, item: Item, **given: Any) -> T:
        """Return the value that attributes hold; ``given`` are fields that are known otherwise."""
        return self.kind(**(self.fields(item) | given))

    def fields(self, item: Item) -> dict[str, Any]:
        """Return the fields that attributes hold, by name."""
        values = self._own.read(item)
        for part, kind, members in self._parts:
            values[part] = kind(**members.read(item))
        return values

    def attribute_of(self, field: str) -> str:
        """Return the attribute that holds a field of its own."""
        return self._attributes[field].name

    def rows(self) -> list[Row]:
        """Return the lines of the document, in the order of the declaration."""
        return [Row(each.name, self._owner(path), path, each.form) for path, each in self._attributes.items()]

    def _owner(self, path: str) -> type:
        """Return the record that declares a field."""
        return self._kinds[path.rpartition(".")[0]]

    def _members(self, prefix: str) -> _Members:
        """Return the fields of the record itself (no prefix), or of a part."""
        members = {
            path.removeprefix(prefix): each for path, each in self._attributes.items() if path.startswith(prefix)
        }
        direct = {name: each for name, each in members.items() if "." not in name}
        return _Members(
            tuple((name, each.name) for name, each in direct.items() if not each.read),
            tuple((name, each.name, each.read) for name, each in direct.items() if each.read),
        )

    def _usual(self) -> dict[str, Any]:
        """Return the default of each attribute; a field that must be given has none, and no value is like it."""
        defaults = {(kind, name): usual for kind in self._kinds.values() for name, usual in _defaults_of(kind)}
        return {row.attribute: defaults[row.owner, row.field.rpartition(".")[2]] for row in self.rows()}


def marker(key: Key, expires: int | None = None) -> StoredItem:
    """Return an item that says all by its key."""
    return _stored(key, {}, expires)


def moved(item: Item, key: Key, added: Item) -> StoredItem:
    """Return a copy of an item with another key and more attributes, also with what a later version wrote into it."""
    return _stored(key, {name: value for name, value in item.items() if name not in ("pk", "sk")} | added)


def _stored(key: Key, attributes: Item, expires: int | None = None) -> StoredItem:
    if expires is None:
        return StoredItem({"pk": key[0], "sk": key[1], **attributes})
    return StoredItem({"pk": key[0], "sk": key[1], **attributes, "expires": expires})


def flag(name: str) -> Attribute:
    """Return an attribute that is there, as 1, where a field is true."""
    return Attribute(name, write=int, read=bool, form="1 where true")


def listed(name: str) -> Attribute:
    """Return an attribute that holds a tuple of texts as a list. Not for an item itself, which holds sets only."""
    return Attribute(name, write=list, read=tuple, form="list")


def json_texts(name: str) -> Attribute:
    """Return an attribute of an item that holds a tuple of texts as JSON: the table's own sets have no order."""
    return Attribute(name, write=to_json, read=lambda stored: tuple(json.loads(stored)), form="JSON, list of texts")


def text_set(name: str) -> Attribute:
    """Return an attribute that holds a tuple of texts as a set, which is read in the order of the alphabet."""
    return Attribute(name, write=set, read=lambda stored: tuple(sorted(stored)), form="set")


def chosen(name: str, kind: type) -> Attribute:
    """Return an attribute that holds a member of an enumeration by its value."""
    return Attribute(name, read=kind, form=f"`{kind.__name__}`")


def pair(name: str, kind: type[Struct]) -> Attribute:
    """Return an attribute that holds the fields of a small record as a list without their names.

    What comes after the first two fields is left out where it says nothing.
    """
    get = attrgetter(*kind.__struct_fields__)

    def write(value: Any) -> list[Any]:
        values = list(get(value))
        while len(values) > 2 and values[-1] is None:
            values.pop()
        return values

    return Attribute(name, write=write, read=lambda stored: kind(*stored), form=_list_of(kind))


def pairs(name: str, kind: type[Struct]) -> Attribute:
    """Return an attribute that holds several small records, each as a list without names."""
    one = pair(name, kind)
    return Attribute(
        name,
        write=lambda values: [one.write(each) for each in values],  # type: ignore[misc]
        read=lambda stored: tuple(one.read(each) for each in stored),  # type: ignore[misc]
        form=f"list of {one.form}",
    )


def nested(name: str, schema: Schema[Any]) -> Attribute:
    """Return an attribute that holds a record as an object of its own."""
    return Attribute(name, write=schema.write, read=schema.read, form=f"object: `{schema.kind.__name__}`")


def json_value(name: str, dump: Callable[[Any], str] | None = None) -> Attribute:
    """Return an attribute that holds as JSON what JSON can hold."""
    return Attribute(name, write=dump or to_json, read=json.loads, form="JSON")


def json_object(name: str, schema: Schema[Any], dump: Callable[[Any], str] | None = None) -> Attribute:
    """Return an attribute that holds a record as JSON."""
    to_text = dump or to_json
    return Attribute(
        name,
        write=lambda value: to_text(schema.write(value)),
        read=lambda stored: schema.read(json.loads(stored)),
        form=f"JSON, object: `{schema.kind.__name__}`",
    )


def json_text(name: str, schema: Schema[Any], dump: Callable[[Any], str] | None = None) -> Attribute:
    """Return an attribute that holds several records as JSON."""
    to_text = dump or to_json
    return Attribute(
        name,
        write=lambda values: to_text([schema.write(each) for each in values]),
        read=lambda stored: tuple(schema.read(each) for each in json.loads(stored)),
        form=f"JSON, list of objects: `{schema.kind.__name__}`",
    )


def to_json(body: Any) -> str:
    """Return JSON as most items hold it: no spaces, no escapes."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def to_escaped_json(body: Any) -> str:
    """Return JSON without spaces, and with escapes for all that is not ASCII."""
    return json.dumps(body, separators=(",", ":"))


def to_spaced_json(body: Any) -> str:
    """Return JSON with spaces and without escapes."""
    return json.dumps(body, ensure_ascii=False)


def _values_at(paths: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    """Return a function that gives the values at paths of a record; ``attrgetter`` gives that of one path alone."""
    get = attrgetter(*paths)
    return get if len(paths) > 1 else lambda value: (get(value),)


def _defaults_of(kind: type[Struct]) -> Iterator[tuple[str, Any]]:
    """Return the fields of a kind that have a default, or something that no value is like, with that."""
    fields, defaults = kind.__struct_fields__, kind.__struct_defaults__
    required = len(fields) - len(defaults)
    return zip(fields, (NODEFAULT,) * required + defaults, strict=True)


def _list_of(kind: type[Struct]) -> str:
    return f"[{', '.join(kind.__struct_fields__)}]"
