"""Pages people open in a browser: one file each, without network or script. Pure."""
