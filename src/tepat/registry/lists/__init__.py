"""Lists of other institutions: read, found in the registry, approved, and made into findings."""
