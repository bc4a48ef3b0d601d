"""What owners may look up: who changed whose access, when and from where."""
