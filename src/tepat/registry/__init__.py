"""Families and people: how they arrive, and what is wrong with the record."""
