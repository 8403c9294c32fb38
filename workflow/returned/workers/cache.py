"""Nothing is judged twice: the result of judging a file is cached as long as it stays the same.

An extract is kept under the digest of all its inputs: the file on disk and everything it was judged
by. It can be deleted at any time.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from workflow.model.catalogue import Code
from workflow.model.returns import Return
from workflow.python.dataclass import dataclass
from workflow.returned.context import Context
from workflow.returned.inbox import Received, file_identity
from workflow.returned.workers.codec import decoded, line_of
from workflow.returned.workers.engine import Engine
from workflow.returned.workers.store import ExtractStore
from workflow.storage.files import sha256

_TRANSIENT = frozenset(
    {
        Code.FILE_TIMED_OUT,
        Code.FILE_READER_DIED,
        Code.FILE_ARCHIVE_STOPPED,
        Code.FILE_NOT_OPENED,
    }
)
"""Findings about a file whose content was not seen: the next run may read it."""


@dataclass(frozen=True, slots=True)
class Extracts:
    """What is known of files by digest, and of what they were judged by."""

    store: ExtractStore
    digests: Mapping[str, str]
    judged_by: str

    def engine(self, engine: Engine) -> Engine:
        """Return an engine that asks another one only about files that are new or changed."""

        def judged(files: Sequence[Received], context: Context) -> Iterator[tuple[Return, ...]]:
            keys = [self._key(received) for received in files]
            kept = self.store.keys()
            keyed = [*zip(files, keys, strict=True)]
            new = engine([received for received, key in keyed if key not in kept], context)
            for received, key in keyed:
                if key not in kept:
                    yield self._kept(received, key, next(new))
                    continue
                # What is kept may not be an extract after all; then the file is judged alone.
                yield self._find(received, key) or self._kept(
                    received, key, _judged_alone(received, context, engine)
                )
            # It sends its workers away; left to Python's tidying, a Ctrl+C meanwhile would be lost.
            next(new, None)
            self.store.keep_only(keys)

        return judged

    def _find(self, received: Received, key: str) -> tuple[Return, ...]:
        """Return the returns kept of a file; none when they are not to be believed."""
        line = self.store.find(key)
        try:
            returns = decoded(line) if line else ()
        except ValueError:
            return ()
        return returns if is_lasting(received, returns, self.digests[received.file]) else ()

    def _kept(
        self, received: Received, key: str, returns: tuple[Return, ...]
    ) -> tuple[Return, ...]:
        if is_lasting(received, returns, self.digests[received.file]):
            self.store.keep(key, line_of(returns))
        return returns

    def _key(self, received: Received) -> str:
        inputs = [self.judged_by, *file_identity(received, self.digests[received.file])]
        return sha256(json.dumps(inputs).encode())


def _judged_alone(received: Received, context: Context, engine: Engine) -> tuple[Return, ...]:
    (returns,) = engine((received,), context)
    return returns


def is_lasting(received: Received, returns: Sequence[Return], digest: str) -> bool:
    """Whether judging the same file again would give the same returns again.

    The digest is of the content before it was judged: it may have changed since.
    """
    on_disk = {(r.on_disk.sha256, r.received) for r in returns}
    transient = any(finding.code in _TRANSIENT for r in returns for finding in r.findings)
    return on_disk == {(digest, received.received)} and not transient
