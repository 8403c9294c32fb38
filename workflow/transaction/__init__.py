"""Changing the files of a round: one run at a time, all of its changes or none."""
