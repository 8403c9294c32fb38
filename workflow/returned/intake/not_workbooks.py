"""Files that are neither zip nor OLE: what people put beside their returns.

Their first bytes tell; names decide only where bytes cannot, for a text has no mark of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import PurePosixPath

from workflow.model.catalogue import Code
from workflow.python.lazy_pattern import lazy_pattern
from workflow.returned.intake.refusal import Refusal, broken, not_a_return, unreadable

WORKBOOKS = frozenset(
    {".xlsx", ".xlsm", ".xltx", ".xltm", ".xls", ".xlt", ".xlsb", ".ods", ".ots", ".fods"}
)
"""Extensions under which a workbook is expected."""

DOCUMENTS = frozenset(
    {".doc", ".docx", ".docm", ".dotx", ".rtf", ".jtd", ".jtt", ".jtdc", ".xdw", ".xbd"}
    | {".ppt", ".pptx", ".pptm", ".odt", ".odp", ".pages", ".key", ".vsd", ".vsdx"}
)
WEB_PAGES = frozenset({".mht", ".mhtml"})
SMIME = "電子署名や暗号化をしたメール（S/MIME）"
_SEALED = lazy_pattern(rb"\x2a\x86\x48\x86\xf7\x0d\x01\x07[\x02\x03]")
_SEEN_OF_DER = 32
_MAIL_TEXTS = frozenset({".eml", ".p7m", ".mbox", ".emlx"})
MAILS = frozenset({".eml", ".msg", ".oft", ".mbox", ".emlx"}) | WEB_PAGES
SHORTCUTS = frozenset({".lnk", ".url", ".webloc", ".gdoc", ".gslides", ".gform"})
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
_GOOGLE_SHEET = b"docs.google.com/spreadsheets/"
_MAIL_HEADERS = (b"received:", b"return-path:", b"mime-version:", b"message-id:", b"x-mailer:")
_HEADER_LINE = lazy_pattern(rb"(?:From [^\r\n]*\r?\n|[0-9]+[ \t]*\r?\n)?[!-9;-~]+:")
_SEEN_OF_MARKS, _SEEN_BYTES, _SEEN_OF_XML = 1024, 4096, 20_000  # namespaces are many
_XML_OF_2003 = "Excel 2003 のXML形式（XMLスプレッドシート 2003）"
_BEFORE_XML = b"\xef\xbb\xbf \t\r\n"


def is_litter(name: str) -> bool:
    """Whether a file is a trace of Excel or of the desktop, not something a person sent."""
    last = PurePosixPath(name).name
    if last.startswith(("~$", "._", ".~lock.")):
        return True
    return last.casefold() in _LITTER


def suffix(name: str) -> str:
    """Return the extension of a name in small letters, with its dot."""
    return PurePosixPath(name).suffix.casefold()


def is_flat_ods(content: bytes) -> bool:
    """Whether some bytes are a spreadsheet of OpenDocument in one XML text."""
    head = content[:_SEEN_OF_XML]
    kind = b"application/vnd.oasis.opendocument.spreadsheet"
    return b"office:document" in head and kind in head and head.lstrip(_BEFORE_XML)[:1] == b"<"


def refused_kind(extension: str, content: bytes) -> Refusal:
    """Return what a file is that is neither zip nor OLE."""
    head = content[:_SEEN_BYTES]
    return (
        _refused_archive(head)
        or _refused_sealed(head)
        or _refused_by_mark(head)
        or _refused_web_page(extension, head)
        or _refused_text(extension, head)
        or _refused_by_name(extension)
    )


def refused_by_parts(extension: str, parts: Collection[str]) -> Refusal | None:
    """Return what a zip is that no program but its own takes for a document."""
    if not any(part.endswith(".iwa") or part == "index.zip" for part in parts):
        return None
    if extension in DOCUMENTS:
        return not_a_return(Code.FILE_DOCUMENT)
    return unreadable(
        Code.FILE_OTHER_PROGRAM,
        kind="Numbers（アップル社の表計算）の形式",
        program="Numbers",
        menu="「ファイル」→「書き出す」→「Excel」",
    )


def refused_old_calc() -> Refusal:
    """Return the refusal of a sheet of OpenOffice.org 1."""
    return _refused_as_libreoffice_reads("OpenOffice.org 1 の表の形式（.sxc）")


def _refused_as_libreoffice_reads(kind: str) -> Refusal:
    return unreadable(
        Code.FILE_OTHER_PROGRAM,
        kind=kind,
        program="LibreOffice",
        menu="「ファイル」→「名前を付けて保存」",
    )


_BY_MARK: Sequence[tuple[tuple[bytes, ...], Refusal]] = (
    (
        (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*", b"8BPS"),
        not_a_return(Code.FILE_IMAGE),
    ),
    ((b"\x4c\x00\x00\x00\x01\x14\x02\x00",), not_a_return(Code.FILE_SHORTCUT)),
    (
        (b"\x78\x9f\x3e\x22",),
        not_a_return(Code.FILE_MAIL_SEALED, kind="Outlookのリッチテキスト形式（winmail.dat）"),
    ),
    ((b"{\\rtf",), not_a_return(Code.FILE_DOCUMENT)),
    ((b"MZ", b"\x7fELF"), not_a_return(Code.FILE_PROGRAM)),
    (
        (b"\x09\x00\x04\x00", b"\x09\x00\x06\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00"),
        unreadable(Code.FILE_OTHER_FORMAT, kind="Excel 4.0 以前の古い形式"),
    ),
    (
        (b"\x00\x00\x02\x00", b"\x00\x00\x1a\x00"),
        _refused_as_libreoffice_reads("Lotus 1-2-3 の形式"),
    ),
)
"""What a file is that begins with one of some marks."""


def refused_by_family(extension: str) -> Refusal:
    """Return the refusal of a file that only its extension tells about."""
    if extension == ".gsheet":
        return unreadable(Code.FILE_ONLINE_LINK)
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
    if b"%PDF-" in head[:_SEEN_OF_MARKS]:
        return not_a_return(Code.FILE_PDF)
    if _GOOGLE_SHEET in head[:_SEEN_OF_MARKS] and head.lstrip().startswith((b"{", b"[")):
        return unreadable(Code.FILE_ONLINE_LINK)
    if (head[:4], head[8:12]) == (b"RIFF", b"WEBP") or head[4:8] == b"ftyp":
        return not_a_return(Code.FILE_IMAGE)
    if head.lstrip().startswith(b"[InternetShortcut]"):
        return not_a_return(Code.FILE_SHORTCUT)
    return next((refusal for marks, refusal in _BY_MARK if head.startswith(marks)), None)


def _refused_sealed(head: bytes) -> Refusal | None:
    """Return what a mail is that is signed or encrypted as a whole (CMS in DER)."""
    is_sealed = head[:1] == b"0" and _SEALED.search(head[:_SEEN_OF_DER])
    return not_a_return(Code.FILE_MAIL_SEALED, kind=SMIME) if is_sealed else None


def is_mail(extension: str, content: bytes) -> bool:
    """Whether some bytes are a mail as it travels, whatever its file is named."""
    head = content[:_SEEN_BYTES]
    if extension in WEB_PAGES or _is_web_page_of_excel(extension, head):
        return False
    starts = [line.lower() for line in head.splitlines()[:40]]
    headers = sum(any(line.startswith(h) for line in starts) for h in _MAIL_HEADERS)
    return headers >= 2 or (extension in _MAIL_TEXTS and _HEADER_LINE.match(head) is not None)


def _refused_web_page(extension: str, head: bytes) -> Refusal | None:
    if _is_web_page_of_excel(extension, head):
        return unreadable(Code.FILE_OTHER_FORMAT, kind="Webページの形式（MHTML）")
    return not_a_return(Code.FILE_MAIL) if extension in MAILS else None


def _is_web_page_of_excel(extension: str, head: bytes) -> bool:
    """Whether it is wrapped like a mail, but a workbook to its sender."""
    return b"excel.sheet" in head.lower() and extension in WORKBOOKS


def _refused_text(extension: str, head: bytes) -> Refusal | None:
    """Return what a text is; one named like a workbook may be a return in another format."""
    text = _as_text(head)
    if text is None:
        return None
    kind = _kind_of_text(text)
    if extension not in WORKBOOKS and kind != _XML_OF_2003:
        known_otherwise = extension in DOCUMENTS | SHORTCUTS | IMAGES
        return None if known_otherwise else not_a_return(Code.FILE_TEXT)
    return unreadable(Code.FILE_OTHER_FORMAT, kind=kind)


def _kind_of_text(text: str) -> str:
    folded = text.casefold()
    if "urn:schemas-microsoft-com:office:spreadsheet" in folded:
        return _XML_OF_2003
    if "urn:oasis:names:tc:opendocument" in folded:
        return "OpenDocumentのXML形式"
    if "<html" in folded or "<table" in folded or "<!doctype html" in folded:
        return "Webページの形式（HTML）"
    return "文字だけのファイル（CSVなど）"


def _refused_by_name(extension: str) -> Refusal:
    if extension in WORKBOOKS | {".zip"}:
        return broken("Excelファイルの形になっていません")
    return refused_by_family(extension)


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
