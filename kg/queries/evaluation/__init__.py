"""How good recommendations are: held-out partnerships, hard negatives, base lines, and the fit of the shapes."""
