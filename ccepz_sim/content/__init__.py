"""What the TOML of `agents/`, `policies/` and `experiments/` says, as frozen typed objects; every mistake found."""
