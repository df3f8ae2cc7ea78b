"""Checks of the record as it stands: what is doubtful, who looks after it, what was counted."""
