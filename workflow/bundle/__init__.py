"""The tool with everything it needs, for a PC without internet."""
