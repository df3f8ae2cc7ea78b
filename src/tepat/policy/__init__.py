"""Reads policy files, checks their rules and turns them into expressions."""
