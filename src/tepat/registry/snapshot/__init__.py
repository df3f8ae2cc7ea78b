"""The registry as it was: on a day, as far as it was known at a moment; as files for a run."""
