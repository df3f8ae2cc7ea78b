"""The parts of a simulation's page."""
