"""How indicators come about: what is recorded each quarter, and what is derived from it when somebody reads."""
