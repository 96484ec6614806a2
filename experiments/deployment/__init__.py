"""Turns trained networks into files that run without their trainer, and those into what they take."""
