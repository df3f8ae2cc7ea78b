"""The order of the steps, and what people see of a run."""
