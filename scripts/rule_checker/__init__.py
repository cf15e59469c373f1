"""Checks of the rules that a type checker cannot make: units, rows, shapes, accounts, streams."""
