"""Quotas, overlaps, who is in and in which place."""
