"""The page of the game, served on this machine without any outside request; the only room that imports Solara."""
