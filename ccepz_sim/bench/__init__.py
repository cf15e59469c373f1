"""How fast the zone is: one reference workload in several styles, measured side by side, and the whole model."""
