"""The guide, readable by everybody."""
