"""The team's log of what happened, a hash chain that only grows."""
