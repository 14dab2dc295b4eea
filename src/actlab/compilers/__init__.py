"""One formula, many languages: each compiler is a table of words."""
