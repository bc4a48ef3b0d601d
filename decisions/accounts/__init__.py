"""What belongs to a person's account, and how it ends."""
