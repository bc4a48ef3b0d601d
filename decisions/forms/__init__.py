"""Forms: what is asked, what is refused, and what is said then."""
