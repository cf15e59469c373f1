"""The page of the game, served on this machine without any outside request; only this room imports Solara."""
