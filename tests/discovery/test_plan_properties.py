"""What holds for every query: it is understood without an error, and the same however it is written."""

import opencc
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from marketplace.discovery.language import normalise
from marketplace.discovery.language.constraints import read_constraints
from marketplace.discovery.language.dictionary import make_dictionary
from marketplace.discovery.language.plan import understand
from tests.discovery.words import GIGS, lexicon_of

LEXICON = lexicon_of()
TO_TRADITIONAL = opencc.OpenCC("s2t")
WORDS = sorted({word for title, tags, seller in GIGS for word in (*title.split(), *tags, seller)})
PIECES = st.sampled_from(
    [
        *WORDS,
        "300元以内",
        "三天内",
        "便宜的",
        "好评",
        "加急",
        "1k-3k",
        "万",
        "元",
        "天",
        " ",
        "　",
        "xiaochengxu",
        "lgsj",
        "shopfiy",
        "公众浩",
    ]
)
QUERIES = st.lists(PIECES | st.text(max_size=4), max_size=6).map("".join)


@settings(max_examples=400, deadline=None)
@given(st.text(max_size=120) | QUERIES)
@example("' | !& \\")
@example("\x00")
@example("½㎡🙂‍↔️")
@example("十十十万元以内")
@example("0元-0元")
def test_a_plan_never_raises(query):
    for as_typed in (False, True):
        plan = understand(query, LEXICON, as_typed=as_typed)
        assert len(plan.concepts) <= 12
        assert all(0 < one.weight <= 1 for concept in plan.concepts for one in concept.alternatives)
        assert all(one.term in LEXICON.frequency for concept in plan.concepts for one in concept.alternatives)
        # Who is not told that nothing is known gets something to look for.
        assert plan.nothing_known or plan.terms or plan.seller or not plan.concepts


@settings(max_examples=200, deadline=None)
@given(QUERIES)
def test_full_width_is_half_width(query):
    wide = "".join(chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter for letter in query)
    assert understand(wide, LEXICON) == understand(query, LEXICON)


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES, max_size=4).map("".join))
def test_traditional_is_simplified(query):
    traditional = TO_TRADITIONAL.convert(query)
    # A few characters have no way back (乾 and 干).
    assume(normalise(traditional) == normalise(query))
    plan, other = understand(query, LEXICON), understand(traditional, LEXICON)
    assert [concept.text for concept in other.concepts] == [concept.text for concept in plan.concepts]
    assert (other.constraints, other.seller, other.corrected) == (plan.constraints, plan.seller, plan.corrected)
    # Taiwan's wording may come beside what was typed; nothing of that is lost.
    for one, two in zip(plan.concepts, other.concepts, strict=True):
        assert {alternative.term for alternative in one.alternatives} <= {
            alternative.term for alternative in two.alternatives
        } | {alternative.term for alternative in one.alternatives[8:]}


@settings(max_examples=100, deadline=None)
@given(QUERIES)
def test_capitals_and_blanks_around_say_nothing(query):
    assume(query.upper().lower() == query.lower())
    assert understand(f"  {query.upper()} ", LEXICON).concepts == understand(query, LEXICON).concepts


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60) | QUERIES)
def test_conditions_are_read_without_an_error_and_within_bounds(query):
    _rest, constraints = read_constraints(normalise(query))
    # Wishes for an order are several, each once; of all else there is one.
    kinds = [(one.field, one.value if one.field == "prefer" else None) for one in constraints]
    assert len(set(kinds)) == len(kinds)
    for one in constraints:
        if one.field != "prefer":
            assert 0 <= one.value <= 120_000_000


@settings(max_examples=20, deadline=None)
@given(st.permutations(sorted({*WORDS, "公众号排版", "视频剪辑"})[:24]))
def test_the_order_of_the_dictionary_does_not_matter(words):
    own = make_dictionary(map(normalise, words))
    other = make_dictionary(map(normalise, sorted(words)))
    text = normalise("".join(WORDS))
    assert (own.version, own.segmenter.cut(text)) == (other.version, other.segmenter.cut(text))
