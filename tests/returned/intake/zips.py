"""Zips as programs make them, good and bad, built in memory."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Sequence

import pyzipper

Members = Sequence[tuple[str, bytes]]


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip with marked UTF-8 names; the same name may come twice."""
    stream = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(stream, "w", method) as archive:
        warnings.simplefilter("ignore")  # of a name that comes twice
        for name, content in members:
            archive.writestr(_info(name, method), content)
    return stream.getvalue()


def zipped_unmarked(encoding: str, *members: tuple[str, bytes]) -> bytes:
    """Return a zip whose names are in some encoding, which it does not say."""
    stand_ins = {f"{n:04}" * 20: name for n, (name, _) in enumerate(members)}
    content = zipped(*zip(stand_ins, (content for _, content in members), strict=True))
    for stand_in, name in stand_ins.items():
        stored = name.encode(encoding)
        assert len(stored) <= len(stand_in)
        content = _renamed(content, stand_in.encode(), stored)
    return content


def locked(password: bytes, *members: tuple[str, bytes], aes: bool = True) -> bytes:
    """Return a zip with a password: AES, or the old scheme of every Windows."""
    if not aes:
        return _locked_the_old_way(password, members)
    stream = io.BytesIO()
    with pyzipper.AESZipFile(
        stream, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES
    ) as archive:
        archive.setpassword(password)
        for name, content in members:
            archive.writestr(name, content)
    return stream.getvalue()


def _info(name: str, method: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, (2024, 5, 10, 17, 0, 0))
    info.compress_type = method
    return info


def _renamed(content: bytes, stand_in: bytes, name: bytes) -> bytes:
    """Put a shorter name over a stand-in: the rest of it becomes an extra field."""
    room = len(stand_in) - len(name)
    assert room == 0 or room >= 4
    padding = b"" if not room else b"\xfe\xca" + (room - 4).to_bytes(2, "little")
    padding = padding.ljust(room, b"\0")
    lengths = len(stand_in).to_bytes(2, "little") + b"\0\0"
    changed = len(name).to_bytes(2, "little") + room.to_bytes(2, "little")
    pieces = content.split(stand_in)
    assert len(pieces) == 3
    for n, back in ((0, 4), (1, 18)):  # lengths before a local name and before a central one
        at = len(pieces[n]) - back
        assert pieces[n][at : at + 4] == lengths
        pieces[n] = pieces[n][:at] + changed + pieces[n][at + 4 :]
    return (name + padding).join(pieces)


def _locked_the_old_way(password: bytes, members: Members) -> bytes:
    """ZipCrypto, which no Python library writes: three keys, a byte at a time (APPNOTE 6.1)."""
    plain = zipped(*members, method=zipfile.ZIP_STORED)
    with zipfile.ZipFile(io.BytesIO(plain)) as archive:
        infos = archive.infolist()
    stream = io.BytesIO()
    offsets = []
    for info, (_, content) in zip(infos, members, strict=True):
        offsets.append(stream.tell())
        salted = bytes(11) + bytes([info.CRC >> 24]) + content
        info.flag_bits |= 1
        info.compress_size = len(salted)
        stream.write(info.FileHeader() + _encrypted(password, salted))
    return stream.getvalue() + _directory(infos, offsets, stream.tell())


def _encrypted(password: bytes, plain: bytes) -> bytes:
    keys = [0x12345678, 0x23456789, 0x34567890]
    for byte in password:
        _turn(keys, byte)
    written = bytearray()
    for byte in plain:
        key = keys[2] | 2
        written.append(byte ^ (((key * (key ^ 1)) >> 8) & 0xFF))
        _turn(keys, byte)
    return bytes(written)


def _turn(keys: list[int], byte: int) -> None:
    keys[0] = _crc(keys[0], byte)
    keys[1] = ((keys[1] + (keys[0] & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
    keys[2] = _crc(keys[2], keys[1] >> 24)


def _crc(crc: int, byte: int) -> int:
    crc ^= byte
    for _ in range(8):
        crc = (crc >> 1) ^ (0xEDB88320 if crc & 1 else 0)
    return crc


def _directory(infos: Sequence[zipfile.ZipInfo], offsets: Sequence[int], at: int) -> bytes:
    entries = b""
    for info, offset in zip(infos, offsets, strict=True):
        local = info.FileHeader()
        # A central entry repeats the local header from its version on, between other fields.
        name = local[30:]
        entries += b"PK\x01\x02\x14\x00" + local[4:26] + len(name).to_bytes(2, "little")
        entries += bytes(12) + offset.to_bytes(4, "little") + name
    count = len(infos).to_bytes(2, "little")
    end = b"PK\x05\x06" + bytes(4) + count * 2
    return entries + end + len(entries).to_bytes(4, "little") + at.to_bytes(4, "little") + bytes(2)
