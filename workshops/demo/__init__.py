"""Demo data that is real work: one team's three decisions, told through the acts that people would do."""
