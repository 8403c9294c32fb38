"""One reader a file format, and a second one each for verify."""
