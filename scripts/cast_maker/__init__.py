"""Draws the synthetic cast from the facts; every module writes one table of `agents/`."""
