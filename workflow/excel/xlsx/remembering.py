"""Looking at a part once where the next workbook holds the very same letters.

Workbooks filled from the templates of one round share most of what they are made of. What is
remembered was found in these letters alone and cannot be changed, so it holds for whoever brings
the same ones; they are compared whole, not by a digest. Long ones are looked at anew each time, so
nobody fills the memory with them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Concatenate, ParamSpec, TypeVar, cast

Letters = TypeVar("Letters", str, bytes)
Besides = ParamSpec("Besides")
Found = TypeVar("Found")

Look = Callable[Concatenate[Letters, Besides], Found]


def remembered(
    times: int, most: int
) -> Callable[[Look[Letters, Besides, Found]], Look[Letters, Besides, Found]]:
    """Remember so many of the last answers about texts or parts of at most so many letters."""

    def remembering(look: Look[Letters, Besides, Found]) -> Look[Letters, Besides, Found]:
        known = cast(Callable[..., Found], lru_cache(maxsize=times)(look))

        @wraps(look)
        def looked(letters: Letters, /, *args: Besides.args, **kwargs: Besides.kwargs) -> Found:
            return (known if len(letters) <= most else look)(letters, *args, **kwargs)

        return looked

    return remembering
