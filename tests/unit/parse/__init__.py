"""From a page's text to its parts."""
