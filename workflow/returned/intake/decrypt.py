"""Workbooks saved with a password → the workbook inside, if a known password opens it."""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib
from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from workflow.excel.xlsx.package import Package, is_container, package_in
from workflow.model.limits import MILLION, USUAL, Limits
from workflow.python.dataclass import dataclass

if TYPE_CHECKING:
    from lxml.etree import _Element

DEFAULT_PASSWORD = "VelvetSweatshop"  # noqa: S105 - Excel's own, for books that ask for none
"""What Excel encrypts with when a book is only protected, not locked away."""

_ODF = "{urn:oasis:names:tc:opendocument:xmlns:manifest:1.0}"
_LIBREOFFICE = "{urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0}"
_MANIFEST, _WHOLE = "meta-inf/manifest.xml", "encrypted-package"
_NAME_OF_START = f"{_ODF}start-key-generation-name"
_MOST_MEMORY = 1_000_000  # of 1,024 bytes each
_SEEN_OF_A_PART = 1024  # of each part so much is digested, to know the right password by


class UnknownLockError(Exception):
    """Raised for a file that is locked in a way nobody here can open, whatever the password."""


def decrypted(content: bytes, passwords: Iterable[str]) -> bytes | None:
    """Return an encrypted OLE file without its encryption; None when no password opens it."""
    for password in (DEFAULT_PASSWORD, *passwords):
        opened = _opened(content, password)
        if opened is not None:
            return opened
    return None


def is_encrypted_xls(content: bytes) -> bool:
    """Whether an .xls needs a password. What cannot be told counts as not encrypted."""
    import msoffcrypto  # 16 ms

    try:
        return bool(msoffcrypto.OfficeFile(io.BytesIO(content)).is_encrypted())
    except MemoryError:
        raise
    except Exception:
        # Damage, or Excel 95: the reader will say what it thinks of it.
        return False


def _opened(content: bytes, password: str) -> bytes | None:
    import msoffcrypto  # 16 ms

    target = io.BytesIO()
    try:
        locked = msoffcrypto.OfficeFile(io.BytesIO(content))
        # The library takes every password of Excel 2010 for a wrong one; its content tells.
        if locked.format == "ooxml" and locked.type != "agile":
            locked.load_key(password=password, verify_password=True)
        else:
            locked.load_key(password=password)
        locked.decrypt(target)
    except MemoryError:
        raise
    except Exception:
        # A wrong password, a scheme the library lacks, or damage: to the clerk it stays locked.
        return None
    opened = target.getvalue()
    return opened if is_container(opened) else None


# OpenDocument (ODF 1.3, part 2, 3.4): each part of the package is locked for itself, or since
# LibreOffice 24.8 the package as a whole. What locks it stands in the list of its parts.


def is_encrypted_ods(content: bytes) -> bool:
    """Whether an .ods needs a password."""
    package = package_in(content)
    return _MANIFEST in package.parts and b"encryption-data" in package.read(_MANIFEST)


def decrypted_ods(content: bytes, passwords: Iterable[str], limits: Limits = USUAL) -> bytes | None:
    """Return an encrypted .ods without its encryption; None when no password opens it.

    Raises UnknownLockError for what is locked in another way than LibreOffice locks.
    """
    package = package_in(content)
    locks = tuple(_locks(package))
    if not locks:
        raise ValueError("nothing is locked")
    for password in passwords:
        key = hashlib.sha256(password.encode()).digest()
        if locks[0].fits(package, key):
            return _unlocked_package(package, locks, key, limits)
    return None


def _unlocked_package(
    package: Package, locks: Sequence[_Lock], key: bytes, limits: Limits
) -> bytes:
    by_part = {lock.part: lock for lock in locks}
    left = limits.inflated_megabytes * MILLION
    if _WHOLE in by_part:
        opened = by_part[_WHOLE].opened(package, key)
        return opened if is_container(opened) else _inflated(opened, left)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, info in package.parts.items():
            if part in by_part:
                plain = _inflated(by_part[part].opened(package, key), left)
                left -= len(plain)
                archive.writestr(info.filename, plain)
            elif part != _MANIFEST:
                archive.writestr(info.filename, package.read(part))
    return stream.getvalue()


def _inflated(packed: bytes, most: int) -> bytes:
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    plain = stream.decompress(packed, most + 1)
    if len(plain) > most:
        raise ValueError("more than may be inflated")
    return plain


@dataclass(frozen=True, slots=True)
class _Lock:
    """How one part is locked: by a key that is made of the password's digest."""

    part: str
    derive: Callable[[bytes], bytes]
    decrypt: Callable[[bytes, bytes], bytes]
    checksum: bytes

    def opened(self, package: Package, key: bytes) -> bytes:
        """Return the part without its lock. Whatever this raises says the key is wrong."""
        return self.decrypt(self.derive(key), package.read(self.part))

    def fits(self, package: Package, key: bytes) -> bool:
        """Whether a key opens the part."""
        try:
            opened = self.opened(package, key)
        except MemoryError:
            raise
        except Exception:
            # The last bytes say how many of them fill up; of a wrong key they say anything.
            return False
        digest = hashlib.sha256(opened[:_SEEN_OF_A_PART]).digest()
        return not self.checksum or digest == self.checksum


def _locks(package: Package) -> Iterator[_Lock]:
    for entry in package.tree(_MANIFEST).iter(f"{_ODF}file-entry"):
        data = entry.find(f"{_ODF}encryption-data")
        part = entry.get(f"{_ODF}full-path", "").casefold()
        if data is not None and part in package.parts:
            checksum = data.get(f"{_ODF}checksum", "")
            yield _Lock(part, _derivation(data), _cipher(data), b64decode(checksum))


def _derivation(data: _Element) -> Callable[[bytes], bytes]:
    """Return how the key of a part is made of the password's digest."""
    start = data.find(f"{_ODF}start-key-generation")
    made = data.find(f"{_ODF}key-derivation")
    if start is None or made is None or "sha256" not in start.get(_NAME_OF_START, ""):
        raise UnknownLockError
    size, salt = int(made.get(f"{_ODF}key-size", "16")), b64decode(made.get(f"{_ODF}salt", ""))
    if made.get(f"{_ODF}key-derivation-name") == "PBKDF2":
        rounds = int(made.get(f"{_ODF}iteration-count", "0"))
        return lambda key: hashlib.pbkdf2_hmac("sha1", key, salt, rounds, size)
    return _argon2(made, size, salt)


def _argon2(made: _Element, size: int, salt: bytes) -> Callable[[bytes], bytes]:
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id  # 24 ms

    if not made.get(f"{_ODF}key-derivation-name", "").endswith("argon2id"):
        raise UnknownLockError
    rounds, memory, lanes = (
        int(made.get(f"{_LIBREOFFICE}argon2-{name}", "0"))
        for name in ("iterations", "memory", "lanes")
    )
    if memory > _MOST_MEMORY:
        raise UnknownLockError
    return lambda key: Argon2id(
        salt=salt, length=size, iterations=rounds, lanes=lanes, memory_cost=memory
    ).derive(key)


def _cipher(data: _Element) -> Callable[[bytes, bytes], bytes]:
    """Return how a part is decrypted with its key."""
    # 78 ms, for a locked .ods alone.
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    used = data.find(f"{_ODF}algorithm")
    name = "" if used is None else used.get(f"{_ODF}algorithm-name", "")
    start = b"" if used is None else b64decode(used.get(f"{_ODF}initialisation-vector", ""))

    def by_blocks(key: bytes, locked: bytes) -> bytes:
        decryptor = Cipher(algorithms.AES(key), modes.CBC(start)).decryptor()
        plain = decryptor.update(locked) + decryptor.finalize()
        return plain[: -plain[-1]]

    def as_a_whole(key: bytes, locked: bytes) -> bytes:
        return AESGCM(key).decrypt(start, locked.removeprefix(start), None)

    if name.endswith("-cbc"):
        return by_blocks
    if name.endswith("-gcm"):
        return as_a_whole
    raise UnknownLockError
