"""The short forms of events: what each asks, how it reads before saving, which action it calls."""
