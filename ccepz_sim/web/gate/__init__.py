"""The gate before the page: who may come in, what a browser may ask for, and what it may send."""
