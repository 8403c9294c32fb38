"""Whole files: damaged, disguised as another kind, or never a workbook at all."""

from __future__ import annotations

import gzip
import io
import tarfile

from tests.hostile.verbs import verb


@verb("text")
def text(_: bytes, written: str, encoding: str = "utf-8") -> bytes:
    return written.encode(encoding)


@verb("bytes")
def raw_bytes(_: bytes, hexadecimal: str) -> bytes:
    return bytes.fromhex(hexadecimal)


@verb("zeros")
def zeros(_: bytes, count: str) -> bytes:
    return bytes(int(count))


@verb("repeat")
def repeat(content: bytes, times: str) -> bytes:
    return content * int(times)


@verb("cut")
def cut(content: bytes, percent: str) -> bytes:
    return content[: len(content) * int(percent) // 100]


@verb("cut bytes")
def cut_bytes(content: bytes, count: str) -> bytes:
    """Drop bytes from the end."""
    return content[: -int(count)]


@verb("cut head")
def cut_head(content: bytes, count: str) -> bytes:
    return content[int(count) :]


@verb("put before")
def put_before(content: bytes, hexadecimal: str, times: str = "1") -> bytes:
    return bytes.fromhex(hexadecimal) * int(times) + content


@verb("put behind")
def put_behind(content: bytes, hexadecimal: str, times: str = "1") -> bytes:
    return content + bytes.fromhex(hexadecimal) * int(times)


@verb("spoil")
def spoil(content: bytes, percent: str, hexadecimal: str = "ff") -> bytes:
    at = len(content) * int(percent) // 100
    new = bytes.fromhex(hexadecimal)
    return content[:at] + new + content[at + len(new) :]


@verb("line ends")
def line_ends(content: bytes) -> bytes:
    """Change line ends as a transfer in text mode does."""
    return content.replace(b"\n", b"\r\n")


@verb("gzip")
def as_gzip(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


@verb("tar")
def as_tar(content: bytes, name: str) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        info = tarfile.TarInfo(name)
        info.size = len(content)
        archive.addfile(info, io.BytesIO(content))
    return stream.getvalue()
