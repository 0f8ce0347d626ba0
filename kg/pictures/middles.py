"""About the middle of each country of Europe: where a map shows those of whom only the country is known."""

from __future__ import annotations

from collections.abc import Mapping

#: Latitude and longitude in degrees, to about half a degree, on the mainland; without regions overseas.
MIDDLES: Mapping[str, tuple[float, float]] = {
    "AD": (42.5, 1.5), "AL": (41.0, 20.1), "AM": (40.2, 44.6), "AT": (47.5, 14.2), "BA": (44.2, 17.8),
    "BE": (50.6, 4.7), "BG": (42.7, 25.3), "BY": (53.6, 28.0), "CH": (46.8, 8.2), "CY": (35.0, 33.2), "CZ": (49.8, 15.4),
    "DE": (51.1, 10.3), "DK": (56.0, 9.4), "EE": (58.7, 25.6), "ES": (40.2, -3.6), "FI": (63.0, 26.5), "FR": (46.6, 2.4),
    "GB": (52.9, -1.5), "GE": (42.1, 43.5), "GR": (39.3, 22.3), "HR": (45.5, 16.4), "HU": (47.2, 19.4), "IE": (53.2, -8.1),
    "IS": (64.9, -18.6), "IT": (43.0, 12.5), "LI": (47.2, 9.5), "LT": (55.3, 23.9), "LU": (49.8, 6.1), "LV": (56.9, 25.0),
    "MC": (43.7, 7.4), "MD": (47.2, 28.5), "ME": (42.8, 19.2), "MK": (41.6, 21.7), "MT": (35.9, 14.4), "NL": (52.2, 5.5),
    "NO": (61.3, 9.5), "PL": (52.1, 19.3), "PT": (39.6, -8.0), "RO": (45.9, 25.0), "RS": (44.1, 20.8), "SE": (61.0, 14.8),
    "SI": (46.1, 14.8), "SK": (48.7, 19.5), "SM": (43.9, 12.5), "TR": (39.2, 34.0), "UA": (49.0, 31.4), "XK": (42.6, 20.9),
}  # fmt: skip
