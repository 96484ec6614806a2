"""Measurements behind the performance claims: `make bench` repeats them on any machine."""
