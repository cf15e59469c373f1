"""Parts of scripts/make_docs.py."""
