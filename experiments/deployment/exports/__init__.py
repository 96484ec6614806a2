"""Turns a trained network into files, framework by framework; only these modules import frameworks."""
