"""From a view to a page: the text of a cell or a file name stays text, never markup.

Imported only where a page is written: Jinja2 takes longer to import than a small round to count.
"""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup

from workflow.compiled.pages.frame import Frame
from workflow.excel import style
from workflow.model.plain_text import legible
from workflow.storage.tool_digest import tool_digest

_HERE = Path(__file__).parent


def page_bytes(template: str, frame: Frame, **view: object) -> bytes:
    """Return a page: a template of this room, filled with its frame and the values it names.

    Raises UndefinedError when the template names a value that is not there.
    """
    return _environment().get_template(template).render(frame=frame, **view).encode()


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalized,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        bytecode_cache=_Compiled(str(_HERE / "__pycache__"), f"%s-{tool_digest()[:16]}"),
    )
    style = (_HERE / "style.css").read_text("utf-8")
    environment.globals["style"] = Markup(f"{_colours()}{style}")  # noqa: S704 - both are ours
    return environment


class _Compiled(FileSystemBytecodeCache):
    """The templates as Python, kept where Python keeps its own: half of a small page's time."""

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a template, unless nothing can be written there."""
        with suppress(OSError):
            super().dump_bytecode(bucket)


def _finalized(value: object) -> object:
    """Return what a page shows for a value, before it is escaped; what we wrote is left alone."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return legible(value)
    return value


def _colours() -> str:
    """Return the colours of every workbook as CSS variables."""
    named = {
        "ink": style.INK,
        "muted": style.MUTED_INK,
        "line": style.LINE,
        "head": style.HEADER_FILL,
        "alert": style.ALERT_INK,
        "link": style.LINK_INK,
        **{f"series-{n}": fill for n, fill in enumerate(style.SERIES_FILLS)},
        **{f"open-{n}": fill for n, fill in enumerate(style.OPEN_FILLS)},
    }
    return ":root{" + "".join(f"--{name}:{colour};" for name, colour in named.items()) + "}\n"
