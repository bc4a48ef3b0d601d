"""The record as a PDF, laid out by worker processes."""
