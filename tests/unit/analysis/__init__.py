"""Models and what is made of their results."""
