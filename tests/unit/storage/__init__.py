"""The working file and its releases."""
