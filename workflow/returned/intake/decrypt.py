"""Workbooks saved with a password → the workbook inside, if a known password opens it."""

from __future__ import annotations

import io
from collections.abc import Iterable

DEFAULT_PASSWORD = "VelvetSweatshop"  # noqa: S105 - Excel's own, for books that ask for none
"""What Excel encrypts with when a book is only protected, not locked away."""


def decrypted(content: bytes, passwords: Iterable[str]) -> bytes | None:
    """Return an encrypted OLE file without its encryption; None when no password opens it."""
    for password in (DEFAULT_PASSWORD, *passwords):
        opened = _opened(content, password)
        if opened is not None:
            return opened
    return None


def is_encrypted_xls(content: bytes) -> bool:
    """Whether an .xls needs a password. What cannot be told counts as not encrypted."""
    import msoffcrypto

    try:
        return bool(msoffcrypto.OfficeFile(io.BytesIO(content)).is_encrypted())
    except MemoryError:
        raise
    except Exception:
        # Damage, or Excel 95: the reader will say what it thinks of it.
        return False


def _opened(content: bytes, password: str) -> bytes | None:
    import msoffcrypto

    target = io.BytesIO()
    try:
        locked = msoffcrypto.OfficeFile(io.BytesIO(content))
        if locked.format == "ooxml":
            locked.load_key(password=password, verify_password=True)
        else:
            locked.load_key(password=password)
        locked.decrypt(target)
    except MemoryError:
        raise
    except Exception:
        # A wrong password, a scheme the library lacks, or damage: to the clerk it stays locked.
        return None
    return target.getvalue()
