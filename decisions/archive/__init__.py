"""The whole log of a team as one file."""
