"""The workspace on disk: where files lie, one run at a time, all of its changes or none."""
