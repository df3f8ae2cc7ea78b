"""The only writes of the registry, each an event in a family's life with its date and source."""
