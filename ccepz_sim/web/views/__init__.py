"""What each part of the page is given: plain dictionaries in one language, made from a game's state."""
