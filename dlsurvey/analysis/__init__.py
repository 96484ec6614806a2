"""Turns evidence (trials and observations) into what the report says: tables, verdicts, sentences."""
