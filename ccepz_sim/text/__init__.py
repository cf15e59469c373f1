"""Every sentence a person reads, in both languages: the texts (TOML), how they are filled, and errors made of them."""
