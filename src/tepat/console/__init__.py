"""The pages of staff: families, places, imports, runs, work lists."""
