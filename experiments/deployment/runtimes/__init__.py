"""Turns exported files into functions of images, runtime by runtime; each module imports its runtime only."""
