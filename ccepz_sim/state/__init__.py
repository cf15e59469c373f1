"""State only: arrays that the rules read and change, with no rule of their own."""
