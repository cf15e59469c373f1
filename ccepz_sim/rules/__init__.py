"""How the zone behaves: one file per mechanism; every rule reads state, parameters and policy, and writes state."""
