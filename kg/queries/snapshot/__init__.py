"""The graph in memory, as recommendations need it: places, what they take part in, and how much of it two of them share."""
