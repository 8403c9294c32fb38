"""The sheet 集計表: its blocks laid out, written, and drawn as charts."""
