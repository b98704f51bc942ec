"""Circles and loops, without a database."""

from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.reviews.integrity.circles import Signal, circle_key, find_circles, strengths
from marketplace.reviews.integrity.loops import shortest_loops, strong_components
from marketplace.reviews.integrity.weights import JOIN_HUNDREDTHS, LOOP_OF_TWO, WEIGHTS
from marketplace.reviews.models import SignalKind

# A busy machine draws slowly.
CALM = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
PEOPLE = st.integers(1, 12)
EDGES = st.lists(st.tuples(PEOPLE, PEOPLE), max_size=40)


@st.composite
def a_signal(draw):
    one, other = sorted(draw(st.lists(PEOPLE, min_size=2, max_size=2, unique=True)))
    kind = draw(st.sampled_from(list(SignalKind)))
    return Signal(kind, one, other, WEIGHTS[kind].direct, order_id=draw(st.none() | st.integers(1, 99)))


SIGNALS = st.lists(a_signal(), max_size=60)


def reaches(edges, start):
    seen, waiting = set(), [start]
    while waiting:
        node = waiting.pop()
        for source, target in edges:
            if source == node and target not in seen:
                seen.add(target)
                waiting.append(target)
    return seen


@CALM
@given(EDGES)
def test_components_are_who_reaches_each_other(edges):
    found = {member: frozenset(group) for group in strong_components(edges) for member in group}
    nodes = {node for edge in edges for node in edge}
    for node in nodes:
        both_ways = {other for other in reaches(edges, node) if node in reaches(edges, other)} | {node}
        assert found.get(node, frozenset({node})) == both_ways


@CALM
@given(EDGES, st.integers(2, 6))
def test_an_edge_is_on_a_loop_exactly_when_its_end_leads_back_in_so_many_steps(edges, longest):
    found = shortest_loops(edges, longest=longest)
    real = {(source, target) for source, target in edges if source != target}
    for source, target in real:
        length, reached = 1, {target}
        while source not in reached and length < longest:
            reached |= {to for node, to in real if node in reached}
            length += 1
        assert found.get((source, target)) == (length if source in reached else None)


def test_a_chain_and_a_hub_that_sells_to_everybody_are_no_loop():
    chain = list(pairwise(range(10)))
    hub = [(buyer, 99) for buyer in range(10)]
    assert shortest_loops([*chain, *hub], longest=6) == {}


def test_a_loop_longer_than_the_longest_is_not_seen_and_one_as_long_is():
    ring = [(place, (place + 1) % 6) for place in range(6)]
    assert shortest_loops(ring, longest=5) == {}
    assert shortest_loops(ring, longest=6) == dict.fromkeys(ring, 6)


def test_a_chain_of_thousands_is_no_matter_of_depth():
    ring = [(place, (place + 1) % 20_000) for place in range(20_000)]
    assert [len(group) for group in strong_components(ring)] == [20_000]


@CALM
@given(SIGNALS)
def test_nobody_is_in_two_circles_and_each_has_at_least_two(signals):
    circles = find_circles(signals)
    members = [member for circle in circles for member in circle.members]
    assert len(members) == len(set(members))
    assert all(len(circle.members) >= 2 and circle.score >= JOIN_HUNDREDTHS for circle in circles)


@CALM
@given(SIGNALS, st.randoms(use_true_random=False))
def test_the_order_of_signals_does_not_matter(signals, random):
    shuffled = list(signals)
    random.shuffle(shuffled)
    assert find_circles(shuffled) == find_circles(signals)


@CALM
@given(SIGNALS, a_signal())
def test_one_more_signal_makes_no_circle_smaller_or_weaker(signals, more):
    before, after = find_circles(signals), find_circles([*signals, more])
    for circle in before:
        assert any(circle.members <= grown.members and circle.score <= grown.score for grown in after)


@CALM
@given(SIGNALS)
def test_between_two_no_kind_weighs_more_than_its_most(signals):
    ceiling = sum(weight.most for weight in WEIGHTS.values())
    assert all(0 < strength <= ceiling for strength in strengths(signals).values())


def test_no_kind_alone_reaches_a_person_and_no_weak_one_puts_two_together():
    strong = {SignalKind.SHARED_PAYER, SignalKind.SHARED_PAYOUT, SignalKind.ROUND_TRIP}
    for kind, weight in WEIGHTS.items():
        many = [Signal(kind, 1, 2, weight.direct, order_id=number) for number in range(50)]
        circles = find_circles(many)
        assert all(circle.score < 100 for circle in circles)
        assert bool(circles) == (kind in strong), kind


def test_a_household_that_shares_browser_and_address_is_not_put_together():
    shared = [
        Signal(kind, 1, 2, WEIGHTS[kind].direct) for kind in (SignalKind.SHARED_BROWSER, SignalKind.SHARED_ADDRESS)
    ]
    assert find_circles(shared) == []
    swap = [Signal(SignalKind.LOOP, 1, 2, LOOP_OF_TWO), Signal(SignalKind.ROUND_TRIP, 1, 2, 30, order_id=1)]
    assert find_circles(swap) == []


def test_the_same_people_are_the_same_key_in_any_order():
    assert circle_key([3, 1, 2]) == circle_key({1, 2, 3}) != circle_key([1, 2])
    assert circle_key([1, 23]) != circle_key([12, 3])
