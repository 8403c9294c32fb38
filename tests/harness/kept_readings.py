"""What was worked out of a value, kept as long as the value is asked about.

Collect, verify and the comparison of the two readers all ask for the same bytes. Each reader is
asked once: what it says of some bytes is a value, and nobody changes it. A round that verify reads
anew and finds equal to the one collect wrote is the same value, too: the same files follow from it.
That they do, and what follows from another round, tests/verification shows without this.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import import_module
from typing import Any
from unittest.mock import patch

from workflow.compiled.compilation import Compilation, compile_round, compile_year
from workflow.compiled.outputs import LedgerCsv, no_pieces, output_files
from workflow.compiled.round import Round
from workflow.model.errors import WorkspaceError
from workflow.storage.journal import Event
from workflow.storage.pieces import Pieces
from workflow.storage.spooled import Writable

_READERS = (
    "workflow.returned.readers.readings.read_xlsx",
    "workflow.returned.readers.openpyxl.read_xlsx",
    "workflow.returned.readers.openpyxl.read_book",
    "workflow.returned.intake.decrypt.decrypted",
    "workflow.returned.intake.decrypt.decrypted_ods",
)


@contextmanager
def each_file_read_once() -> Iterator[None]:
    """Ask a reader once for some bytes, as long as this lasts."""
    with ExitStack() as patches:
        for reader in _READERS:
            module, _, name = reader.rpartition(".")
            patches.enter_context(patch(reader, cache(getattr(import_module(module), name))))
        yield


@contextmanager
def each_round_written_once() -> Iterator[None]:
    """Let verify take the files that were made of an equal round, as long as this lasts.

    Whatever writes makes them anew each time: that the same is written again is never taken for
    granted.
    """
    kept = _Kept()
    with (
        patch("workflow.rounds.write.compile_round", kept.compilation),
        patch("workflow.rounds.year.compile_year", kept.compilation_of_year),
        patch("workflow.rounds.write.output_files", kept.written),
        patch("workflow.rounds.write_year.output_files", kept.written),
        patch("workflow.verification.verify.output_files", kept.recomputed),
    ):
        yield


@dataclass(frozen=True)
class _Kept:
    """Rounds with what was compiled of them, and compilations with the files made of them."""

    compiled: list[tuple[Round, tuple[Any, ...], Compilation]] = field(default_factory=list)
    made: list[tuple[Compilation, bool, dict[str, Writable]]] = field(default_factory=list)

    def compilation(self, round_: Round, *given: Any) -> Compilation:  # noqa: ANN401 - as they come
        """Return the compilation of a round; whether its cache may be kept changes nothing."""
        return self._compiled(compile_round, replace(round_, is_repeatable=False), round_, *given)

    def compilation_of_year(self, year: Round, *given: Any) -> Compilation:  # noqa: ANN401
        """Return the compilation of a whole year of rounds."""
        return self._compiled(compile_year, year, year, *given)

    def _compiled(
        self,
        compiling: Callable[..., Compilation],
        asked: Round,
        round_: Round,
        *given: Any,  # noqa: ANN401
    ) -> Compilation:
        for known, besides, compilation in self.compiled:
            with _events_by_digest():
                if _are_equal(known, asked) and besides == given:
                    return compilation
        compilation = compiling(round_, *given)
        self.compiled.append((asked, given, compilation))
        return compilation

    def written(
        self,
        compilation: Compilation,
        with_parquet: bool = False,
        pieces: Callable[[str], Pieces] = no_pieces,
        begun: LedgerCsv | None = None,
    ) -> dict[str, Writable]:
        """Make the files of a compilation; those made of older pieces, verify must make anew."""
        lent: list[Pieces] = []

        def lend(name: str) -> Pieces:
            lent.append(pieces(name))
            return lent[-1]

        files = output_files(compilation, with_parquet, lend, begun)
        if not any(one.known for one in lent):
            self.made.append((compilation, with_parquet, files))
        return dict(files)

    def recomputed(
        self, compilation: Compilation, with_parquet: bool = False
    ) -> dict[str, Writable]:
        """Return the files of a compilation. Where Parquet may be made and is not, none ever is."""
        for known, parquet, files in self.made:
            has_parquet = any(name.endswith(".parquet") for name in files)
            if known is compilation and with_parquet == (parquet and has_parquet):
                return dict(files)
        return self.written(compilation, with_parquet)


def _events_by_digest() -> AbstractContextManager[object]:
    """Have events be equal when their digests are, of all they say, parsed already or not."""
    return patch.object(Event, "__eq__", lambda one, other: one.digest == other.digest)


def _are_equal(known: Round, asked: Round) -> bool:
    """Whether two rounds are equal; one whose register was written anew since is like no other."""
    try:
        return known == asked
    except WorkspaceError:
        return False
