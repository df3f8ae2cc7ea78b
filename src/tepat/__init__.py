"""Tepat: the open information system of a social assistance ministry."""

__version__ = "0.1.0"
