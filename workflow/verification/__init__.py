"""A round recomputed from plan, register, originals and journal, against what lies."""
