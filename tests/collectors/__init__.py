"""Tests of the collectors: replayed or constructed answers, never the live network."""
