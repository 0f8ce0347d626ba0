"""Everything that reads a file, given files that are broken in a thousand ways: ``python -m tests.fuzz --help``.

A *target* reads one file to its end, as a command would without a database. A file of its small corpus is changed at random, by
changes that know what it is made of (bytes, lines, cells, JSON, members of a zip), and read. Whatever happens then but
:class:`kg.errors.KgError` with a message that can be shown, or takes too long or too much memory, is a finding. A changed file on
which a target says what it has not said before is changed further: that leads deeper in, without any instrumentation.
"""
