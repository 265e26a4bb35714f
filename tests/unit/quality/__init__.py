"""The checks of Great Expectations."""
