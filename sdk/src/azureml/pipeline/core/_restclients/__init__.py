"""Private in v1; programs import one exception from below here."""
