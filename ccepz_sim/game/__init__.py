"""A game in plain Python: an append-only log of dated decisions, and the futures that follow from it.

State = content + seed + scenario + log. Nothing here knows about a browser.
"""
