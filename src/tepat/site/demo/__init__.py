"""`tepat demo`: the whole application on invented people, on one machine."""
