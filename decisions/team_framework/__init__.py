"""A team's own words for the criteria, and its own starting points."""
