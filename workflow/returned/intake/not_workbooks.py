"""Files that are neither zip nor OLE: what people put beside their returns.

Their first bytes tell; names decide only where bytes cannot, for a text has no mark of its own.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from workflow.model.catalogue import Code
from workflow.returned.intake.refusal import Refusal, broken, not_a_return, unreadable

WORKBOOKS = frozenset({".xlsx", ".xlsm", ".xltx", ".xltm", ".xls", ".xlt", ".xlsb", ".ods", ".ots"})
"""Extensions under which a workbook is expected."""

DOCUMENTS = frozenset(
    {".doc", ".docx", ".docm", ".dotx", ".rtf", ".jtd", ".jtt", ".jtdc", ".xdw", ".xbd"}
    | {".ppt", ".pptx", ".pptm", ".odt", ".odp", ".pages", ".key", ".vsd", ".vsdx"}
)
WEB_PAGES = frozenset({".mht", ".mhtml"})
MAILS = frozenset({".eml", ".msg", ".oft", ".mbox", ".emlx"}) | WEB_PAGES
SHORTCUTS = frozenset({".lnk", ".url", ".webloc"})
IMAGES = frozenset({".bmp", ".heic", ".avi", ".wmv", ".mov", ".svg"})

_LITTER = frozenset({"thumbs.db", "ehthumbs.db", "desktop.ini", ".ds_store"})
_ARCHIVES = {
    b"Rar!": "RAR",
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"MSCF": "CAB",
}
_IMAGES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*", b"8BPS")
_LINK_MARK = b"\x4c\x00\x00\x00\x01\x14\x02\x00"
_WINMAIL_MARK = b"\x78\x9f\x3e\x22"
_PROGRAM_MARKS = (b"MZ", b"\x7fELF")
_MAIL_HEADERS = (b"received:", b"return-path:", b"mime-version:", b"message-id:", b"x-mailer:")
_HEADER_LINE = re.compile(rb"[!-9;-~]+:")
_SEEN_BYTES = 4096


def is_litter(name: str) -> bool:
    """Whether a file is a trace of Excel or of the desktop, not something a person sent."""
    last = PurePosixPath(name).name
    if last.startswith(("~$", "._", ".~lock.")):
        return True
    return last.casefold() in _LITTER


def suffix(name: str) -> str:
    """Return the extension of a name in small letters, with its dot."""
    return PurePosixPath(name).suffix.casefold()


def refused_stranger(name: str, content: bytes) -> Refusal:
    """Return what a file is that is neither zip nor OLE."""
    head = content[:_SEEN_BYTES]
    return (
        _refused_archive(head)
        or _refused_by_mark(head)
        or _refused_web_page(name, head)
        or _refused_text(name, head)
        or _refused_by_name(name)
    )


def refused_by_family(name: str) -> Refusal:
    """Return the refusal of a file that only its name tells about."""
    extension = suffix(name)
    if extension in MAILS:
        return not_a_return(Code.FILE_MAIL)
    if extension in DOCUMENTS:
        return not_a_return(Code.FILE_DOCUMENT)
    if extension in SHORTCUTS:
        return not_a_return(Code.FILE_SHORTCUT)
    if extension in IMAGES:
        return not_a_return(Code.FILE_IMAGE)
    return not_a_return(Code.FILE_NOT_EXCEL)


def _refused_archive(head: bytes) -> Refusal | None:
    for mark, kind in _ARCHIVES.items():
        if head.startswith(mark):
            return unreadable(Code.FILE_OTHER_ARCHIVE, kind=f"ZIPではない形式（{kind}）")
    if head[2:4] == b"-l" and head[6:7] == b"-":
        return unreadable(Code.FILE_OTHER_ARCHIVE, kind="ZIPではない形式（LZH）")
    return None


def _refused_by_mark(head: bytes) -> Refusal | None:
    if b"%PDF-" in head[:1024]:
        return not_a_return(Code.FILE_PDF)
    is_riff_or_heif = (head[:4], head[8:12]) == (b"RIFF", b"WEBP") or head[4:8] == b"ftyp"
    if head.startswith(_IMAGES) or is_riff_or_heif:
        return not_a_return(Code.FILE_IMAGE)
    if head.startswith(_LINK_MARK) or head.lstrip().startswith(b"[InternetShortcut]"):
        return not_a_return(Code.FILE_SHORTCUT)
    if head.startswith(_WINMAIL_MARK):
        return not_a_return(Code.FILE_MAIL)
    if head.startswith(b"{\\rtf"):
        return not_a_return(Code.FILE_DOCUMENT)
    if head.startswith(_PROGRAM_MARKS):
        return not_a_return(Code.FILE_PROGRAM)
    return None


def is_mail(name: str, content: bytes) -> bool:
    """Whether some bytes are a mail as it travels, whatever its file is named."""
    head = content[:_SEEN_BYTES]
    if suffix(name) in WEB_PAGES or _is_web_page_of_excel(name, head):
        return False
    starts = [line.lower() for line in head.splitlines()[:40]]
    headers = sum(any(line.startswith(h) for line in starts) for h in _MAIL_HEADERS)
    return headers >= 2 or (suffix(name) == ".eml" and _HEADER_LINE.match(head) is not None)


def _refused_web_page(name: str, head: bytes) -> Refusal | None:
    if _is_web_page_of_excel(name, head):
        return unreadable(Code.FILE_OTHER_FORMAT, kind="Webページの形式（MHTML）")
    return not_a_return(Code.FILE_MAIL) if suffix(name) in MAILS else None


def _is_web_page_of_excel(name: str, head: bytes) -> bool:
    """Whether it is wrapped like a mail, but a workbook to its sender."""
    return b"excel.sheet" in head.lower() and suffix(name) in WORKBOOKS


def _refused_text(name: str, head: bytes) -> Refusal | None:
    """Return what a text is; one named like a workbook may be a return in another format."""
    text = _as_text(head)
    if text is None:
        return None
    if suffix(name) not in WORKBOOKS:
        known_otherwise = suffix(name) in DOCUMENTS | SHORTCUTS | IMAGES
        return None if known_otherwise else not_a_return(Code.FILE_TEXT)
    return unreadable(Code.FILE_OTHER_FORMAT, kind=_kind_of_text(text))


def _kind_of_text(text: str) -> str:
    folded = text.casefold()
    if "urn:schemas-microsoft-com:office:spreadsheet" in folded:
        return "Excel 2003 のXML形式"
    if "urn:oasis:names:tc:opendocument" in folded:
        return "OpenDocumentのXML形式"
    if "<html" in folded or "<table" in folded or "<!doctype html" in folded:
        return "Webページの形式（HTML）"
    return "文字だけのファイル（CSVなど）"


def _refused_by_name(name: str) -> Refusal:
    if suffix(name) in WORKBOOKS | {".zip"}:
        return broken("Excelファイルの形になっていません")
    return refused_by_family(name)


def _as_text(head: bytes) -> str | None:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", "replace")
    if b"\x00" in head:
        return None
    for encoding in ("utf-8-sig", "cp932", "euc_jp"):
        # The last bytes may be the first half of a character.
        for cut in range(4):
            try:
                text = head[: len(head) - cut].decode(encoding)
            except UnicodeDecodeError:
                continue
            return text if _is_printable(text) else None
    return None


def _is_printable(text: str) -> bool:
    return all(c.isprintable() or c in "\t\r\n\f\x1a\u3000\ufeff" or ord(c) >= 0x80 for c in text)
