"""What was worked out of a value, kept as long as the value is asked about.

Collect, verify and the comparison of the two readers all ask for the same bytes. Each reader is
asked once: what it says of some bytes is a value, and nobody changes it. A round that verify reads
anew and finds equal to the one collect wrote is the same value, too: the same files follow from it.
That they do, and what follows from another round, tests/verification shows without this.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import import_module
from typing import Any
from unittest.mock import patch

from workflow.compiled.compilation import Compilation, compile_round
from workflow.compiled.outputs import no_pieces, output_files
from workflow.compiled.round import Round
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
    """Compile a round once, and write it out once, as long as this lasts."""
    kept = _Kept()
    with (
        patch("workflow.rounds.write.compile_round", kept.compilation),
        patch("workflow.rounds.write.output_files", kept.outputs),
        patch("workflow.verification.verify.output_files", kept.outputs),
    ):
        yield


@dataclass(frozen=True)
class _Kept:
    """Rounds with what was compiled of them, and compilations with the files made of them."""

    compiled: list[tuple[Round, tuple[Any, ...], Compilation]] = field(default_factory=list)
    made: list[tuple[Compilation, bool, dict[str, Writable]]] = field(default_factory=list)

    def compilation(self, round_: Round, *given: Any) -> Compilation:  # noqa: ANN401 - as they come
        """Return the compilation of a round; whether its cache may be kept changes nothing."""
        asked = replace(round_, is_repeatable=False)
        for known, besides, compilation in self.compiled:
            if known == asked and besides == given:
                return compilation
        compilation = compile_round(round_, *given)
        self.compiled.append((asked, given, compilation))
        return compilation

    def outputs(
        self,
        compilation: Compilation,
        with_parquet: bool = False,
        pieces: Callable[[str], Pieces] = no_pieces,
    ) -> dict[str, Writable]:
        """Return the files of a compilation."""
        for known, parquet, files in self.made:
            if known is compilation and parquet == with_parquet:
                return dict(files)
        files = output_files(compilation, with_parquet, pieces)
        self.made.append((compilation, with_parquet, files))
        return dict(files)
