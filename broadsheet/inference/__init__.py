"""Running transformers, and the caches that pay for each text once."""
