"""Proofs that a record or a log is what was signed, and the erasure that leaves them provable."""
