"""Work on Ray."""
