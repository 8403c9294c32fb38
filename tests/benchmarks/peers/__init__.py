"""What people would run instead, each a script of its own that imports nothing of ours."""
