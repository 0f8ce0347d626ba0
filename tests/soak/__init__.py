"""Breaking things on purpose, for as long as one likes: ``python -m tests.soak``, or ``make soak``.

Each part is a module with ``TRIALS``, how many trials the whole has, ``SAMPLE``, the numbers of those that the ordinary tests run, and
``run(ground, number, chance)``, which makes one trial and returns what is worth keeping of it, or raises. docs/reliability.md says
what each tries.
"""
