"""What leaves the house: one module a format, each a function of the record's document."""
