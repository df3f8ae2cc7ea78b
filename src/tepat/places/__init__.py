"""The tree of places, from the country to the villages, and their dated codes."""
