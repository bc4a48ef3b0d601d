"""The framework: criteria, their guidance and the rule, as plain Python that knows no web framework."""
