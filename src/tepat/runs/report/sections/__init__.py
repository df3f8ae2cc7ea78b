"""The parts of the report, one file each; every part is written for one language at a time."""
