"""Regular expressions that are compiled when the first text is held against them.

A command imports eighty of them, which took 0.1 ms each, and uses a third.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any


class _LazyPattern:
    r"""What `re.compile` returns, from the first time that something is asked of it.

    >>> year = lazy_pattern(r"(?P<era>令和|平成)(\d+)")
    >>> year.fullmatch("令和5")["era"], year.search("5年"), year.groups
    ('令和', None, 2)
    """

    def __init__(self, *given: Any) -> None:  # noqa: ANN401 - as re.compile takes it
        self._given = given

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a pattern has
        found = getattr(re.compile(*self._given), name)
        setattr(self, name, found)  # next time it is found without this
        return found


if TYPE_CHECKING:
    lazy_pattern = re.compile
else:
    lazy_pattern = _LazyPattern
