"""Training of the parser's models. Nothing here runs while pages are parsed."""
