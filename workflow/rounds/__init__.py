"""A round on disk: read and judged, compared with what was before, written."""
