"""The formulas behind the terms of a score, each a pure function of counts; numbers or numpy arrays in, the same out.

They turn what two places have into one number on which a shape (see :mod:`kg.queries.kinds`) says what it is worth.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Number = TypeVar("Number", float, NDArray[np.float64])

#: Mean radius of the earth in kilometres (IUGG).
EARTH_KM = 6371.0088


def lift(observed: Number, expected: Number, prior: float | Number) -> Number:
    r"""Return the logarithm of how many times more often something is than expected, drawn towards 0 where little is known.

    .. math:: \log \frac{O + c}{E + c}

    Args:
        observed: A count.
        expected: The count to expect by chance.
        prior: How many counts as expected are taken as seen already, above 0.

    Returns:
        0 where as often as expected, 1.39 where four times as often.

    Examples:
        >>> round(float(lift(40.0, 8.5, 2.0)), 3), float(lift(0.0, 0.0, 2.0))
        (1.386, 0.0)

    References:
        S. Brin, R. Motwani, J. Ullman and S. Tsur, "Dynamic itemset counting and implication rules for market basket data",
        SIGMOD 1997 (there called interest); the prior is the usual additive smoothing.
    """
    found: Number = np.log((observed + prior) / (expected + prior))
    return found


def expected_shared(degree: Number, other_degree: Number, pairs: float) -> Number:
    r"""Return how many neighbours two nodes share on average when all links are dealt anew, all degrees kept.

    .. math:: E = k_u k_v \frac{\sum_t s_t (s_t - 1)}{M^2}

    where :math:`s_t` are the sizes of the things that can be shared and :math:`M` is their sum: each end of u and each of v meet
    in a thing with a probability that only its size decides.

    Args:
        degree: How many things one node has.
        other_degree: How many the other has.
        pairs: :math:`\sum_t s_t (s_t - 1) / M^2`, see :func:`meeting_rate`.

    Examples:
        >>> expected_shared(3.0, 2.0, meeting_rate(np.array([2.0, 4.0])))
        2.3333333333333335

    References:
        M. E. J. Newman, S. H. Strogatz and D. J. Watts, "Random graphs with arbitrary degree distributions and their
        applications", Physical Review E 64 (2001) 026118; degree-preserving null as in D. S. Himmelstein et al. (hetionet), 2017.
    """
    return degree * other_degree * pairs


def meeting_rate(sizes: NDArray[np.float64]) -> float:
    r"""Return :math:`\sum_t s_t (s_t - 1) / M^2` of the sizes of things, 0 without any.

    Examples:
        >>> meeting_rate(np.array([2.0, 4.0]))
        0.3888888888888889
    """
    total = float(sizes.sum())
    return float((sizes * (sizes - 1)).sum()) / total**2 if total else 0.0


def share(part: Number, whole: Number) -> Number:
    """Return what part of a whole something is; 0 of nothing.

    Examples:
        >>> float(share(2.0, 8.0)), float(share(0.0, 0.0))
        (0.25, 0.0)
    """
    found: Number = part / np.maximum(whole, 1.0)
    return found


def chords(points: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the straight distances of points, each with the other in the same row, or all with one; shapes ``(n, 3)``.

    Examples:
        >>> chords(np.array([[1.0, 0.0, 0.0]]), np.array([-1.0, 0.0, 0.0])).tolist()
        [2.0]
    """
    apart = points - others
    return np.asarray(np.sqrt(np.einsum("ij,ij->i", apart, apart)), np.float64)


def chord_of(kilometres_apart: Number) -> Number:
    r"""Return the straight distance of two points on the unit sphere that are so far apart: :math:`2 \sin \frac{d}{2 R}`.

    Examples:
        >>> round(float(chord_of(kilometres(0.1))), 9)
        0.1
    """
    found: Number = 2.0 * np.sin(kilometres_apart / EARTH_KM / 2.0)
    return found


def kilometres(chord: Number) -> Number:
    r"""Return the great-circle distance of two points on the unit sphere whose straight distance is ``chord``.

    .. math:: 2 R \arcsin \frac{c}{2}

    Examples:
        >>> round(float(kilometres(2.0)))  # half way around the earth
        20015

    References:
        R. W. Sinnott, "Virtues of the haversine", Sky and Telescope 68 (1984) 159.
    """
    found: Number = 2 * EARTH_KM * np.arcsin(np.clip(chord / 2, 0.0, 1.0))
    return found


def size_difference(population: Number, other: Number) -> Number:
    r"""Return by how much two populations differ: the absolute logarithm of their ratio, each with 300 added.

    The 300 keep two hamlets from looking worlds apart.

    Examples:
        >>> round(float(size_difference(10_000.0, 20_000.0)), 2), float(size_difference(50.0, 50.0))
        (0.68, 0.0)
    """
    found: Number = np.abs(np.log((population + 300) / (other + 300)))
    return found


def nearness(kilometres_apart: Number, scale: float | Number) -> Number:
    r"""Return how near two places are, from 1 for the same place towards 0: :math:`e^{-d / s}`.

    Examples:
        >>> round(float(nearness(25.0, 25.0)), 3)
        0.368
    """
    found: Number = np.exp(-kilometres_apart / scale)
    return found
