"""The kinds of recommendation: for each the terms of its score, and for each term what a feature is worth."""
