"""What lies in a .zip: its members, unpacked in memory one by one, under names people can read.

Nothing is ever written to disk, so a name like ../../x is only a text.
"""

from __future__ import annotations

import io
import unicodedata
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import field
from functools import partial
from pathlib import PurePosixPath
from typing import Any

from workflow.excel.xlsx.package import inflated
from workflow.model.catalogue import Code
from workflow.model.limits import MILLION, USUAL, Limits
from workflow.python.dataclass import dataclass
from workflow.returned.intake.guard import is_overblown, overlap
from workflow.returned.intake.refusal import Refusal, broken, not_a_return, too_large, unreadable

MAX_NAME = 200

_STEP = 4096  # packed bytes at a time: few of them can swell to very many
_UTF8_FLAG = 0x800
_ENCRYPTED_FLAG = 0x1


@dataclass
class Allowance:
    """What may still be unpacked from one file in returned/, and the names already given."""

    limits: Limits = USUAL
    names: set[str] = field(default_factory=set)
    members: int = field(init=False)
    inflated: int = field(init=False)

    def __post_init__(self) -> None:
        self.members = self.limits.archive_members
        self.inflated = self.limits.archive_megabytes * MILLION

    def take(self, members: int, inflated: int, packed: int) -> Refusal | None:
        """Take what an archive or a mail holds, or return why that is too much."""
        if members > self.members:
            return unreadable(Code.FILE_ARCHIVE_TOO_LARGE, reason=f"ファイルが{members:,}個")
        if inflated > self.inflated or is_overblown(inflated, packed, self.limits):
            return unreadable(Code.FILE_ARCHIVE_TOO_LARGE, reason=f"展開すると{inflated:,}バイト")
        self.members -= members
        self.inflated -= inflated
        return None

    def refused_member(self, size: int) -> Refusal | None:
        """Return why a file of some size is not even read, if so."""
        is_large = size > self.limits.workbook_megabytes * MILLION
        return too_large(f"{size:,}バイト") if is_large else None

    def unique(self, name: str) -> str:
        """Return a name no other member has: a second 回答.xlsx is shown as 回答 (2).xlsx."""
        path, shown, count = PurePosixPath(name), name, 1
        while shown in self.names:
            count += 1
            shown = f"{name.removesuffix(path.suffix)} ({count}){path.suffix}"
        self.names.add(shown)
        return shown


@dataclass(frozen=True, slots=True)
class Member:
    """One file in an archive: its whole name, and its bytes or why they cannot be had."""

    file: str
    content: bytes | Refusal


def members(
    file: str, content: bytes, passwords: Sequence[str], allowance: Allowance
) -> Iterator[Member] | Refusal:
    """Return the files in an archive in its order, or why none of them can be had."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            every, shared = archive.infolist(), overlap(content, archive)
    except MemoryError:
        raise
    except Exception:
        # Damage makes zipfile raise whatever it likes.
        return broken("途中で切れているか、内容が変わっています")
    if shared:
        return broken("中のファイルが互いに重なっています")
    listed = [(at, info) for at, info in enumerate(every) if not _is_folder(info)]
    if not listed:
        return not_a_return(Code.FILE_ARCHIVE_EMPTY)
    inflated_size = sum(info.file_size for _, info in listed)
    packed_size = sum(info.compress_size for _, info in listed)
    refusal = allowance.take(len(listed), inflated_size, packed_size)
    if refusal is not None:
        return refusal
    unpacker = _Unpacker(content, passwords, allowance)
    if not unpacker.opens_any(listed):
        return unreadable(Code.FILE_ARCHIVE_ENCRYPTED)
    return _unpacked(file, listed, unpacker, allowance)


def _unpacked(
    file: str,
    listed: Sequence[tuple[int, zipfile.ZipInfo]],
    unpacker: _Unpacker,
    allowance: Allowance,
) -> Iterator[Member]:
    for at, info in listed:
        name = shown_name(_decoded(info))
        yield Member(allowance.unique(f"{file}/{name}"), unpacker.unpack(at, info))


class _Unpacker:
    """One archive and the passwords to try on it."""

    def __init__(self, content: bytes, passwords: Sequence[str], allowance: Allowance) -> None:
        self._archive = zipfile.ZipFile(io.BytesIO(content))
        self._content = content
        self._passwords = tuple(_spellings(passwords))
        self._allowance = allowance
        self._locked: Any = None  # pyzipper has no types

    def opens_any(self, listed: Sequence[tuple[int, zipfile.ZipInfo]]) -> bool:
        """Whether at least one member needs no password, or one that is known."""
        return any(
            not info.flag_bits & _ENCRYPTED_FLAG or not _is_locked(self.unpack(at, info))
            for at, info in listed
        )

    def unpack(self, at: int, info: zipfile.ZipInfo) -> bytes | Refusal:
        """Return the bytes of a member, or why they cannot be had."""
        refusal = self._allowance.refused_member(info.file_size)
        if refusal is not None:
            return refusal
        if info.flag_bits & _ENCRYPTED_FLAG:
            return self._decrypt(at)
        try:
            return inflated(self._content, self._archive, info)
        except MemoryError:
            raise
        except NotImplementedError:
            return unreadable(Code.FILE_OTHER_ARCHIVE, kind="標準ではない方法")
        except Exception:
            # Damage makes the decompressors raise whatever they like.
            return broken("内容が途中で変わっています")

    def _decrypt(self, at: int) -> bytes | Refusal:
        info = self._locked_members()[at]
        refusal = unreadable(Code.FILE_ENCRYPTED)
        for password in self._passwords:
            try:
                with self._locked.open(info, pwd=password) as stream:
                    content = b"".join(iter(partial(stream.read, _STEP), b""))
            except MemoryError:
                raise
            except RuntimeError:
                continue
            except Exception:
                # The old scheme lets one wrong password in 256 pass; AES all but none, so there
                # it is damage.
                if info.wz_aes_strength:
                    refusal = broken("内容が途中で変わっています")
            else:
                return content
        return refusal

    def _locked_members(self) -> list[Any]:
        if self._locked is None:
            import pyzipper  # 232 ms, for locked archives alone

            self._locked = pyzipper.AESZipFile(io.BytesIO(self._content))
        members: list[Any] = self._locked.infolist()
        return members


def _is_locked(unpacked: bytes | Refusal) -> bool:
    return isinstance(unpacked, Refusal) and unpacked.code is Code.FILE_ENCRYPTED


def _spellings(passwords: Sequence[str]) -> Iterator[bytes]:
    """Yield each password as programs of today and as Japanese Windows have spelt it."""
    for password in passwords:
        yield password.encode()
        as_windows = password.encode("cp932", "replace")
        if as_windows != password.encode():
            yield as_windows


def _is_folder(info: zipfile.ZipInfo) -> bool:
    return info.file_size == 0 and info.orig_filename.endswith(("/", "\\"))


def shown_name(stored: str) -> str:
    """Return the name of a member as people read it, with slashes."""
    name = unicodedata.normalize("NFC", stored.replace("\\", "/").strip("/"))
    plain = "".join("\ufffd" if unicodedata.category(c) == "Cc" else c for c in name)
    return (plain if len(plain) <= MAX_NAME else f"…{plain[-MAX_NAME:]}") or "名前なし"


def _decoded(info: zipfile.ZipInfo) -> str:
    """Return a name whose encoding the archive may or may not state.

    Unmarked names are UTF-8 from macOS, cp932 from Japanese Windows, cp437 by the standard.
    """
    if info.flag_bits & _UTF8_FLAG:
        return info.orig_filename
    stored = info.orig_filename.encode("cp437", "replace")
    for encoding in ("utf-8", "cp932"):
        try:
            return stored.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.orig_filename
