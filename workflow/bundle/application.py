"""申請用資料: one page for those who allow software on a PC."""

from __future__ import annotations

from collections.abc import Sequence

from jinja2 import Environment, PackageLoader, StrictUndefined

from workflow import VERSION
from workflow.bundle.target import Target
from workflow.bundle.wheels import Wheel


def application_page(target: Target, wheels: Sequence[Wheel], tool: str) -> bytes:
    """Return the page as HTML; tool is the digest of the tool itself. It prints on one A4 sheet."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, loader=PackageLoader("workflow.bundle", "")
    )
    page = environment.get_template("application.html.j2")
    return page.render(target=target, wheels=wheels, version=VERSION, tool=tool).encode()
