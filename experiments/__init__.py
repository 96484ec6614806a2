"""Turns workloads into trials: the same networks, each framework in a fresh process of its own."""
