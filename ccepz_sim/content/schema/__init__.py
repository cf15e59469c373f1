"""Frozen typed objects for everything the content folders hold.

Nothing here reads a file: `loading` builds these objects, `checks` reports what is wrong.
"""
