"""The list of decisions, each decision's page, and the search."""
