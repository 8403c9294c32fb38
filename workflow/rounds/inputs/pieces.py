"""What the compiled files of a round were made of, noted beside the extracts for the next collect.

The note says of each large file which pieces it holds, and may be deleted at any time. A file that
a person changed, or that cannot be read, gives no pieces, and is made anew from its beginning.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import astuple
from pathlib import Path

from workflow.returned.inbox import opened_file
from workflow.rounds.inputs.kept import keep, kept
from workflow.storage.pieces import Piece, Pieces
from workflow.storage.workspace import Workspace

_RECORD = "pieces.json"


class PiecesByFile(dict[str, Pieces]):
    """The pieces of the compiled files, by name; a file that was not there before has none."""

    def __missing__(self, name: str) -> Pieces:
        pieces = self[name] = Pieces()
        return pieces


@contextmanager
def pieces_before(workspace: Workspace, year: int) -> Iterator[PiecesByFile]:
    """Yield the pieces of the files as they lie there; they are closed before they are replaced."""
    found = PiecesByFile()
    with ExitStack() as stack:
        for name, known in _recorded(workspace, year).items():
            with suppress(OSError):
                stream = stack.enter_context(opened_file(workspace.compiled(year) / name))
                found[name] = Pieces(known, stream)
        yield found


def keep_pieces(workspace: Workspace, year: int, made: PiecesByFile) -> None:
    """Note the pieces of the files that were written, for the next collect."""
    plain = {
        name: {key: astuple(piece) for key, piece in pieces.made.items()}
        for name, pieces in made.items()
        if pieces.made
    }
    if plain:
        keep(_path(workspace, year), json.dumps(plain).encode())


def _recorded(workspace: Workspace, year: int) -> dict[str, dict[str, Piece]]:
    """Return what the last collect noted; nothing where that is not to be believed."""
    try:
        plain = json.loads(kept(_path(workspace, year)))
        return {
            name: {key: _piece(*piece) for key, piece in pieces.items()}
            for name, pieces in plain.items()
        }
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _piece(start: int, length: int, digest: str, figures: list[int]) -> Piece:
    if min(start, length, *figures, 0) < 0:
        raise ValueError(start)
    return Piece(start, length, digest, tuple(figures))


def _path(workspace: Workspace, year: int) -> Path:
    return workspace.extracts(year) / _RECORD
