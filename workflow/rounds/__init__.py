"""A round as it lies in the workspace: read and judged, compared with before, written to."""
