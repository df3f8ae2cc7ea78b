"""The interview: what is asked in which order, what goes together, drafts, sending, photos."""
