"""From answers to a welfare score, to a rank, to a decile."""
