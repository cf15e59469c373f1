"""From parsed TOML to the typed objects of `ccepz_sim.schema`; what is wrong is collected, not raised."""
