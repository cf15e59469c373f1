"""How indicators come about: what is taken down each quarter, and what is derived from it when somebody reads."""
