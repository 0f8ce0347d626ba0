"""The whole database as one file, and back: ``kg backup`` and ``kg restore``.

``values`` writes properties as JSON with their types, ``archive`` is the file, ``survey`` reads a database and counts and sums what
is there, ``taking`` and ``restoring`` are the two commands.
"""
