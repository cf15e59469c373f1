"""Studies: what is done with many runs of the engine; nothing here changes a rule."""
