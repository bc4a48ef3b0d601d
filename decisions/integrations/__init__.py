"""What other systems are sent or read: webhooks, feeds and the connections page."""
