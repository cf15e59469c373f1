"""How policies enter: dated decisions, lags, dilution, and the values the rules read."""
