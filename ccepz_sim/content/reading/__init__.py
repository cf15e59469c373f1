"""From parsed TOML to the typed objects of `ccepz_sim.content.schema`; what is wrong is collected, not raised."""
