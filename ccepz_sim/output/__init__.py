"""What is written to disk: results of a run, and a folder for a computer without internet."""
