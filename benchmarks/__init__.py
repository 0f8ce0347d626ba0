"""Speed and memory beside what a user would pick instead, and whether the short way finds what the long way does.

No part of the package and of the tests of it; ``make bench`` runs all.
"""
