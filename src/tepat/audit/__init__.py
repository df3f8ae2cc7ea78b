"""Who did what, and who looked at whom. Rows are only ever added."""
