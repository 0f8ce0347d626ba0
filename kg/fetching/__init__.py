"""Asking public end points for data, and writing the answers to files that a loader reads; only the command uses it."""
