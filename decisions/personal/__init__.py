"""A person's own data and a team's: their one-file exports, their erasure, and what is purged with time."""
