"""Answers out: who to work with and why, from reads alone. Nothing here writes to the database."""
