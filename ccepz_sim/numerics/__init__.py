"""Below the model: calendar, random streams, declared tables, rules as machine code and where they are kept."""
