"""Turns one Python function into its gradient, framework by framework: what works as it is written."""
