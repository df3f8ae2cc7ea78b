"""A server of its own that shows every partial with made-up content; for the browser tests only."""
