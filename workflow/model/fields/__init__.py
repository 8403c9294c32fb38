"""The form: one module a field type, each with all the tool knows of that type."""
