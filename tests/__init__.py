"""Tests; each folder says of what."""
