"""Training of the line model that finds comment sections; needs the `torch` extra. Nothing here runs while pages are parsed."""
