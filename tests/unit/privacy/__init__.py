"""Masking and erasure."""
