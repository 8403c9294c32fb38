"""A round recomputed from plan, register, originals and journal, and compared with the disk."""
