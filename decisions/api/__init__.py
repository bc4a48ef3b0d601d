"""The HTTP API, version 1: what pipelines write and other programs read."""
