"""Floors on labelled data."""
