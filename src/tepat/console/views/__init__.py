"""What staff see; each view calls one action or query."""
