"""Why a run cannot go on. Findings are values (findings.py); these stop the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workflow.model.findings import Finding


class WorkflowError(Exception):
    """The run cannot go on; the text is one plain Japanese sentence for the coordinator."""


class PlanError(WorkflowError):
    """The plan cannot be used; findings say every place and its remedy."""

    def __init__(self, sentence: str, findings: tuple[Finding, ...] = ()) -> None:
        super().__init__(sentence)
        self.findings = findings


class WorkspaceError(WorkflowError):
    """The workspace lacks something, or holds something the tool must not touch."""


class BusyError(WorkspaceError):
    """Another run works on the round; who says which, in one sentence."""

    def __init__(self, who: str) -> None:
        super().__init__(f"{who}終わってから、もう一度実行してください。")
        self.who = who


class OutputError(WorkflowError):
    """A result could not be written; what was there before is still there, whole."""


class HeldOpenError(OutputError):
    """A result could not take the place of a file somebody has open; nothing was changed."""


# Templates a city makes its own, of letters and of the report: where one of them goes wrong.


def line_of(error: BaseException) -> int | None:
    """Return the line of a Jinja template an error comes from: Jinja makes it a frame of the trace.

    None when the error comes from no template.
    """
    line, trace = None, error.__traceback__
    while trace:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
