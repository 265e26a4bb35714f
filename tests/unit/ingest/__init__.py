"""From files to pages."""
