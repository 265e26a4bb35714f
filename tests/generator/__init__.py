"""Pages made by rule, with their labels."""
