"""Teams, their people and who invites them."""
