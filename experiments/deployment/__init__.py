"""The ways out of each framework: files of a trained network that run without it, and what they take."""
