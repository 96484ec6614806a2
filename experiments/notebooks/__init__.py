"""Turns nothing by itself: holds what the notebooks of an edition need in the place of this project."""
