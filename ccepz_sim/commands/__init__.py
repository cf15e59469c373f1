"""The commands of `ccepz`, one file each."""
