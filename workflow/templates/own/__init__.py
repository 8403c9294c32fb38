"""The city's own form 様式ひな形: a workbook it has used for years, made a template by marks."""
