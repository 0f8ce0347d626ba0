"""Reasons from evidence, without a database."""

from __future__ import annotations

import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.queries.evidence import FactDetail, Link, Shared, Side, Thing
from kg.queries.scores import specificity
from kg.queries.terms import LABELS, Place, build_terms, term_type, total, value
from kg.queries.weights import KINDS, TERM_TYPES, Weights, weights

DAY = date(2026, 11, 22)
RIGA, ESPOO = Place("geonames:456172", "Riga", 600_000), Place("geonames:660129", "Espoo", 300_000)

LAYERS = ("network", "project", "twin", "event", "theme", "twinning")
NAMES = st.text("abc", min_size=1, max_size=3)
SIDES = st.builds(
    lambda key, body, how: Side(
        (Link(key, "x", "y"),), body, body and f"Body {body}", how, project_id="p", project_name="P"
    ),
    NAMES,
    st.none() | NAMES,
    st.sampled_from(["SEEKS", "OFFERS", "PROJECT"]),
)
THINGS = st.builds(
    Thing,
    layer=st.sampled_from(LAYERS),
    id=NAMES,
    name=NAMES,
    members=st.integers(1, 20_000),
    kind=st.sampled_from([None, "pairing"]),
    start=st.sampled_from([None, "2011", "2015-05"]),
    end=st.sampled_from([None, "2019", "2030-01-01"]),
)
SHARED = st.builds(Shared, THINGS, SIDES, SIDES, st.booleans())
POPULATIONS = st.none() | st.integers(0, 10**7)


def detail(key: str, as_of: str | None = None) -> FactDetail:
    return FactDetail(key, "MEMBER_OF", "a", "b", None, None, as_of, None, ("list",))


@given(st.lists(SHARED), POPULATIONS, POPULATIONS, st.sampled_from(KINDS), st.randoms())
def test_terms_sum_to_the_score_in_whatever_order_they_come(
    shared: list[Shared], ours: int | None, theirs: int | None, kind: str, random: object
) -> None:
    assert kind in KINDS
    weighting = weights(kind)
    subject, candidate = Place("a", "A", ours), Place("b", "B", theirs)
    terms = build_terms(subject, candidate, shared, details={}, weights=weighting, as_of=DAY)
    assert math.fsum(term.value for term in terms) == total(shared, ours, theirs, weighting)
    shuffled = list(shared)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    again = build_terms(subject, candidate, shuffled, details={}, weights=weighting, as_of=DAY)
    assert sorted(again, key=repr) == sorted(terms, key=repr)
    assert [term.value for term in terms] == sorted((term.value for term in terms), reverse=True)
    assert all(term.value > 0 and term.sentence.endswith(".") for term in terms)


@given(SHARED, st.sampled_from(KINDS))
def test_a_value_is_weight_times_specificity_less_for_a_body(shared: Shared, kind: str) -> None:
    assert kind in KINDS
    weighting = weights(kind)
    through_body = shared.ours.body_id is not None or shared.theirs.body_id is not None
    expected = weighting.of(term_type(shared)) * specificity(shared.thing.members)
    assert math.isclose(value(shared, weighting), expected * (weighting.serving_body if through_body else 1))


def one(layer: str, members: int = 35, **values: object) -> Shared:
    sides = [Side((Link(f"key {side}", "x", "y"),), **values.pop(side, {})) for side in ("ours", "theirs")]  # type: ignore[arg-type]
    over = bool(values.pop("over", False))
    return Shared(Thing(layer, "own:emta", "EMTA", members, **values), *sides, over=over)  # type: ignore[arg-type]


HSL, RS = {"body_id": "own:hsl", "body_name": "HSL"}, {"body_id": "own:rs", "body_name": "Rīgas satiksme"}


@pytest.mark.parametrize(
    ("shared", "sentence"),
    [
        (one("network"), "Both are members of EMTA (35 members)."),
        (
            one("network", ours=RS, theirs=HSL),
            "Both are served by members of EMTA (35 members): Riga by Rīgas satiksme, Espoo by HSL.",
        ),
        (one("network", theirs=HSL), "Riga is a member of EMTA (35 members), and Espoo is served by a member, HSL."),
        (
            one("network", ours=RS),
            "Espoo is a member of EMTA (35 members), and Riga is served by a member, Rīgas satiksme.",
        ),
        (one("project", start="2025", end="2028-04"), "Both take part in EMTA (35 partners, 2025 to 2028)."),
        (one("project", start="2025"), "Both take part in EMTA (35 partners, since 2025)."),
        (one("project", end="2028", start="2028-01"), "Both take part in EMTA (35 partners, 2028)."),
        (one("project", theirs=HSL), "Both take part in EMTA (35 partners, no dates known), Espoo through HSL."),
        (one("project", 2, kind="pairing"), "The two are paired in EMTA (no dates known)."),
        (
            one("project", start="2015", end="2019", over=True),
            "They worked together before, in EMTA (35 partners, 2015 to 2019).",
        ),
        (one("twinning", 2, end="2012-03", over=True), "They worked together before, as twin towns until 2012."),
        (one("twinning", 2, start="1961"), "Riga and Espoo are twin towns since 1961."),
        (one("twin", 1200), "Both are twinned with EMTA (1,200 twin towns)."),
        (one("event", start="2025-11-04"), "Both took part in EMTA (35 participants known, 2025)."),
        (
            one("theme", 3, ours={"how": "OFFERS"}, theirs={"how": "SEEKS"}),
            "Espoo seeks and Riga offers EMTA (3 work on it, seek or offer it).",
        ),
        (
            one("theme", 3, ours={"how": "OFFERS"}, theirs={"how": "OFFERS"}),
            "Both offer EMTA (3 work on it, seek or offer it).",
        ),
        (
            one("theme", 3, ours={"how": "PROJECT", "project_name": "NOW"}, theirs={"how": "SEEKS"}),
            "Both are concerned with EMTA: Riga in NOW and Espoo seeks it (3 work on it, seek or offer it).",
        ),
    ],
)
def test_what_a_reason_says(shared: Shared, sentence: str) -> None:
    details = {key: detail(key, "2025") for key in shared.keys}
    terms = build_terms(RIGA, ESPOO, [shared], details=details, weights=weights("exchange"), as_of=DAY)
    assert sentence in [term.sentence for term in terms]


def test_an_old_list_says_so() -> None:
    shared = one("network")
    details = {"key ours": detail("key ours", "2025"), "key theirs": detail("key theirs", "2019-06-17")}
    terms = build_terms(RIGA, ESPOO, [shared], details=details, weights=weights("exchange"), as_of=DAY)
    assert terms[0].sentence == "Both are members of EMTA (35 members), as of 2019."


def test_sizes() -> None:
    weighting = weights("twinning")
    (size,) = build_terms(RIGA, ESPOO, [], details={}, weights=weighting, as_of=DAY)
    assert (size.type, size.value, size.evidence) == ("similar_size", 0.5 * weighting.similar_size, (RIGA.id, ESPOO.id))
    assert size.sentence == "Similar in size: Riga has 600,000 inhabitants and Espoo has 300,000."
    (size,) = build_terms(RIGA, Place("b", "B", 60_000), [], details={}, weights=weighting, as_of=DAY)
    assert size.sentence == "Riga has 600,000 inhabitants and B has 60,000."
    assert build_terms(RIGA, Place("b", "B", None), [], details={}, weights=weighting, as_of=DAY) == ()


def test_every_type_of_term_has_a_label_and_a_weight_in_every_kind() -> None:
    assert set(LABELS) == set(TERM_TYPES) == set(Weights.model_fields) - {"serving_body"}
    for kind in KINDS:
        assert all(weights(kind).of(type_) > 0 for type_ in TERM_TYPES)


def test_a_layer_that_nobody_knows_is_an_error() -> None:
    with pytest.raises(ValueError, match="no term"):
        term_type(one("weather"))
