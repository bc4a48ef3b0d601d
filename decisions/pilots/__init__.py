"""Pilots, their gates and what comes next."""
