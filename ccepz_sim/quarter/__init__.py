"""The order of a quarter: phases, the rules within them, and how a model of one's own has others."""
