"""Templates a city makes its own, of letters and of the report: where one of them goes wrong."""

from __future__ import annotations


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
