"""確認の記録 on disk: every copy that people may have written in, read in workers."""

from __future__ import annotations

from workflow.compiled.points.decisions import decision_log
from workflow.compiled.points.record import RecordCopy, read_record
from workflow.compiled.recorded import every_output
from workflow.model.findings import Finding
from workflow.model.limits import COMPILED
from workflow.model.plan import Plan
from workflow.model.wording import Wording
from workflow.returned.inbox import content_digest, single
from workflow.rounds.load import known_passwords
from workflow.rounds.options import ReadOptions
from workflow.storage.journal import Journal
from workflow.storage.workspace import Workspace


def written_copies(
    workspace: Workspace, year: int, options: ReadOptions, plan: Plan, journal: Journal
) -> tuple[RecordCopy, ...]:
    """Return every copy of 確認の記録 that is not as we wrote it and was not taken in yet."""
    ours = {digest for _, digest in every_output(journal)} | decision_log(journal).read
    passwords = known_passwords(plan, options.passwords)
    copies = []
    for path in workspace.record_copies(year):
        received = single(path)
        digest = content_digest(received)
        if digest in ours:
            continue
        found = options.open_written(received, passwords, COMPILED)
        if isinstance(found, Finding):
            copies.append(RecordCopy(path.name, digest, reason=Wording().problem(found)))
        else:
            copies.append(read_record(path.name, digest, found))
    return tuple(copies)
