"""Zips that lie: about names, sizes, sums, counts and places."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile
from collections.abc import Iterable

from tests.harness.verbs.part_names import part_named
from tests.harness.verbs.registry import byte_verb, packed, parts_of
from tests.harness.verbs.xml import replace
from tests.returned.intake.zips import locked, zipped, zipped_unmarked

_LOCAL, _CENTRAL, _END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_PLACES = {
    "flags": (6, 8, "<H"),
    "method": (8, 10, "<H"),
    "crc": (14, 16, "<I"),
    "packed size": (18, 20, "<I"),
    "size": (22, 24, "<I"),
    "name length": (26, 28, "<H"),
}
"""Where a header keeps a value: in a local header, in a central one, and how it is written."""
_METHODS = {"stored": zipfile.ZIP_STORED, "bzip2": zipfile.ZIP_BZIP2, "lzma": zipfile.ZIP_LZMA}
_END_PLACES = {
    "disk": (4, "<H"),
    "count here": (8, "<H"),
    "count": (10, "<H"),
    "directory size": (12, "<I"),
    "directory place": (16, "<I"),
}


@byte_verb("zip")
def zip_as(content: bytes, *names: str) -> bytes:
    return zipped(*((name, content) for name in names))


@byte_verb("zip with others")
def zip_with_others(content: bytes, name: str, *others: str) -> bytes:
    """Zip the file together with others that are none of ours."""
    return zipped((name, content), *((other, b"x") for other in others))


@byte_verb("zip in cp932")
def zip_in_cp932(content: bytes, *names: str) -> bytes:
    return zipped_unmarked("cp932", *((name, content) for name in names))


@byte_verb("zip with password")
def zip_with_password(content: bytes, name: str, password: str, scheme: str = "AES") -> bytes:
    return locked(password.encode(), (name, content), aes=scheme == "AES")


@byte_verb("zip of")
def zip_of(content: bytes, count: int) -> bytes:
    return zipped(("回答.xlsx", content), *((f"{n}.txt", b"x") for n in range(count)))


@byte_verb("zip of nothing")
def zip_of_nothing(_: bytes) -> bytes:
    return zipped()


@byte_verb("zip of folders")
def zip_of_folders(_: bytes, *names: str) -> bytes:
    return zipped(*((f"{name}/", b"") for name in names))


@byte_verb("zip of zeros")
def zip_of_zeros(_: bytes, megabytes: int, name: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr(_info(name), bytes(megabytes * 1_000_000), compresslevel=1)
    return stream.getvalue()


@byte_verb("nest")
def nest(content: bytes, times: int) -> bytes:
    for depth in range(times):
        content = zipped((f"{depth}.zip" if depth else "回答.xlsx", content))
    return content


@byte_verb("link inside")
def link_inside(content: bytes, name: str, target: str) -> bytes:
    """Add an entry that is a symbolic link, as tar-minded programs store it."""
    info = zipfile.ZipInfo(name, (2024, 5, 10, 8, 0, 0))
    info.create_system, info.external_attr = 3, 0o120777 << 16
    return _packed([*_entries(content), (info, target.encode())])


@byte_verb("bomb of overlaps")
def bomb_of_overlaps(_: bytes, count: int) -> bytes:
    """Have many central entries share one local one: a quine of sorts, small and huge at once."""
    single = zipped(("0.xlsx", bytes(40_000_000)))
    at = single.index(_CENTRAL)
    end = single.index(_END)
    directory = single[at:end] * count
    body = single[:at] + directory + single[end:]
    where = at + len(directory)
    number = struct.pack("<HH", count, count)
    return body[: where + 8] + number + struct.pack("<I", len(directory)) + body[where + 16 :]


@byte_verb("add entry")
def add_entry(content: bytes, name: str, text: str) -> bytes:
    added = zipfile.ZipInfo(part_named(name), (2024, 5, 10, 8, 0, 0))
    added.compress_type = zipfile.ZIP_DEFLATED
    return _packed([*_entries(content), (added, text.encode())])


@byte_verb("add forged")
def add_forged(content: bytes, part: str, name: str, where: str) -> bytes:
    """Add an entry like a part, but with another answer in it, before or behind all others."""
    (original,) = (read for info, read in _entries(content) if info.filename == part_named(part))
    forged = (_info(part_named(name)), original.replace("実施した".encode(), "改ざん".encode()))
    others = _entries(content)
    return _packed([forged, *others] if where == "before" else [*others, forged])


@byte_verb("backslashes")
def backslashes(content: bytes) -> bytes:
    """Part the names of folders by backslashes, as programs on .NET once did."""
    changed = [(_info("x"), read) for _, read in _entries(content)]
    for (info, _), (before, _) in zip(changed, _entries(content), strict=True):
        info.filename = before.filename.replace("/", "\\")
    return _packed(changed)


@byte_verb("name entry")
def name_entry(content: bytes, old: str, new: str) -> bytes:
    return content.replace(old.encode(), new.encode("utf-8", "surrogateescape"))


@byte_verb("lie")
def lie(content: bytes, part: str, place: str, value: int, where: str = "both") -> bytes:
    """Write another value into the headers of a part: local, central or both."""
    local, central, form = _PLACES[place]
    changed = bytearray(content)
    for kind, offset in (("local", local), ("central", central)):
        if where in (kind, "both"):
            mark = _LOCAL if kind == "local" else _CENTRAL
            at = _header(content, mark, part_named(part)) + offset
            struct.pack_into(form, changed, at, value)
    return bytes(changed)


@byte_verb("lie at the end")
def lie_at_the_end(content: bytes, place: str, value: int) -> bytes:
    offset, form = _END_PLACES[place]
    changed = bytearray(content)
    struct.pack_into(form, changed, content.rindex(_END) + offset, value)
    return bytes(changed)


@byte_verb("zip comment")
def comment(content: bytes, length: int) -> bytes:
    at = content.rindex(_END) + 20
    return content[:at] + struct.pack("<H", length) + b"!" * length


@byte_verb("end within the comment")
def end_within_the_comment(content: bytes) -> bytes:
    """Let the comment look like the end of another, empty zip."""
    at = content.rindex(_END) + 20
    return content[:at] + struct.pack("<H", 22) + _END + bytes(18)


@byte_verb("zip64 end")
def zip64_end(content: bytes, count: int) -> bytes:
    """Add a zip64 end that names another count and place than the old end does."""
    at = content.rindex(_END)
    record = struct.pack(
        "<IQHHIIQQQQ", 0x06064B50, 44, 45, 45, 0, 0, count, count, 1 << 40, 1 << 50
    )
    locator = struct.pack("<IIQI", 0x07064B50, 0, at, 1)
    end = bytearray(content[at:])
    struct.pack_into("<HHII", end, 8, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF)
    return content[:at] + record + locator + bytes(end)


@byte_verb("two zips")
def two_zips(content: bytes) -> bytes:
    """Put the whole file twice behind each other, the first with another answer."""
    forged = parts_of(content)
    replace(forged, "texts", "実施した", "改ざん")
    return packed(forged) + content


@byte_verb("pack")
def pack(content: bytes, method: str) -> bytes:
    members = ((info.filename, read) for info, read in _entries(content))
    return zipped(*members, method=_METHODS[method])


@byte_verb("pack in reverse")
def pack_in_reverse(content: bytes) -> bytes:
    return _packed(reversed(_entries(content)))


@byte_verb("pack as a stream")
def pack_as_a_stream(content: bytes) -> bytes:
    """Pack as programs do that cannot seek: sizes and sums come behind the data."""

    class Stream(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def seek(self, *_: int) -> int:
            raise io.UnsupportedOperation

        def tell(self) -> int:
            raise io.UnsupportedOperation

    stream = Stream()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for info, read in _entries(content):
            archive.writestr(_info(info.filename), read)
    return stream.getvalue()


@byte_verb("extra field")
def extra_field(content: bytes, hexadecimal: str) -> bytes:
    """Give every entry an extra field."""
    changed = _entries(content)
    for info, _ in changed:
        info.extra = bytes.fromhex(hexadecimal)
    return _packed(changed)


def _entries(content: bytes) -> list[tuple[zipfile.ZipInfo, bytes]]:
    """Return the entries of a zip in their order, unpacked."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [(info, archive.read(info)) for info in archive.infolist()]


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, (2024, 5, 10, 8, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def _packed(members: Iterable[tuple[zipfile.ZipInfo, bytes]]) -> bytes:
    stream = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(stream, "w") as archive:
        warnings.simplefilter("ignore")  # of a name that comes twice
        for info, read in members:
            archive.writestr(info, read)
    return stream.getvalue()


def _header(content: bytes, mark: bytes, name: str) -> int:
    length = 30 if mark == _LOCAL else 46
    at = content.index(mark)
    while not content.startswith(name.encode(), at + length):
        at = content.index(mark, at + 1)
    return at
