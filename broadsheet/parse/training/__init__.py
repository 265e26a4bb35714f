"""Training of the parser's models, from labelled pages; nothing here runs while pages are parsed."""
