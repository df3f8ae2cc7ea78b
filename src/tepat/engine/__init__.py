"""Connections to the calculating engine, run folders and errors; knows no stage."""
