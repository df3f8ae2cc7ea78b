"""Synthetic people, with a truth to compare against."""
