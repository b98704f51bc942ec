"""Pairs of words that people seem to take for one another, for staff to decide on.

Who typed one word, opened nothing, and typed another next says that the second is what the first meant. That is a guess: it
is tried (what would change?) before somebody adds it to the thesaurus.
"""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils import timezone

from marketplace.accounts.models import User
from marketplace.core import clock, staff_log
from marketplace.core.commits import after_commit
from marketplace.discovery.analytics.models import CandidateState, JudgedSet, SearchClick, SearchDay, ThesaurusCandidate
from marketplace.discovery.analytics.selectors import Rephrasing, find_rephrasings, queries_of_several, span_of
from marketplace.discovery.engines.base import SearchRequest
from marketplace.discovery.evaluation.judged import evaluate
from marketplace.discovery.evaluation.running import answer_set
from marketplace.discovery.language import normalise
from marketplace.discovery.language.lexicon import a_lexicon_apart, lexicon_changed
from marketplace.discovery.language.thesaurus import read_thesaurus
from marketplace.discovery.locks import lock_candidate
from marketplace.discovery.models import ThesaurusEntry, ThesaurusKind
from marketplace.discovery.services import search

LOOKED_BACK_DAYS, PAIRS = 28, 500
LONGEST = 40
# A trial asks this many of the most frequent queries, and compares the first ten of each.
TRIED_QUERIES, COMPARED = 30, 10


def find_candidates() -> int:
    """Note the pairs of the last weeks; returns how many stand there to be decided. What was decided stays decided."""
    span = span_of(LOOKED_BACK_DAYS)
    thesaurus = read_thesaurus()
    for pair in find_rephrasings(span, limit=PAIRS):
        if _is_candidate(pair) and pair.following not in thesaurus.of(pair.query):
            ThesaurusCandidate.objects.update_or_create(
                word=pair.query,
                other=pair.following,
                defaults={
                    "reformulated": pair.people,
                    "clicked_after": pair.clicked_after,
                    "shared_clicks": _shared_clicks(pair),
                    "without_result": SearchDay.objects.filter(
                        folded=pair.query, day__gte=span.first, without_result__gt=0
                    ).exists(),
                    "seen_on": timezone.localdate(clock.now()),
                },
            )
    return ThesaurusCandidate.objects.filter(state=CandidateState.OPEN).count()


def get_candidate(candidate_id: int) -> ThesaurusCandidate:
    """One that waits for a decision. Raises ThesaurusCandidate.DoesNotExist."""
    return ThesaurusCandidate.objects.get(pk=candidate_id, state=CandidateState.OPEN)


@transaction.atomic
def add_candidate(*, candidate_id: int, staff: User) -> ThesaurusEntry | None:
    """Put the pair into the thesaurus: beside the word that is there already, or as an entry of its own.

    None if it was decided before. Raises ThesaurusCandidate.DoesNotExist.
    """
    candidate = lock_candidate(candidate_id)
    if candidate.state != CandidateState.OPEN:
        return None
    entry = _with_pair(candidate)
    entry.save()
    _decide(candidate, CandidateState.ADDED, staff)
    from marketplace.discovery.tasks import rebuild_soon  # tasks imports this module

    after_commit(lexicon_changed)
    after_commit(rebuild_soon)
    return entry


@transaction.atomic
def dismiss_candidate(*, candidate_id: int, staff: User) -> None:
    """The pair means nothing; it is not offered again. Nothing happens if it was decided before."""
    candidate = lock_candidate(candidate_id)
    if candidate.state == CandidateState.OPEN:
        _decide(candidate, CandidateState.DISMISSED, staff)


def try_candidate(*, candidate_id: int) -> dict[str, Any]:
    """What adding the pair would change: the first ten of the most frequent queries, and the judged sets. Kept with it.

    Raises ThesaurusCandidate.DoesNotExist. Half a minute a judged set: for a job, not for a page.
    """
    candidate = ThesaurusCandidate.objects.get(pk=candidate_id)
    frequent = queries_of_several(span_of(LOOKED_BACK_DAYS), limit=TRIED_QUERIES)
    queries = list(dict.fromkeys([candidate.word, candidate.other, *frequent]))[:TRIED_QUERIES]
    sets = list(JudgedSet.objects.filter(is_active=True))

    def first_ones() -> dict[str, list[int]]:
        return {query: list(search(SearchRequest(query=query)).ids[:COMPARED]) for query in queries}

    def scores() -> dict[str, float]:
        return {
            one.name: evaluate(one.content, answer_set(one.content, engine="postgres"))["overall"]["ndcg"]
            for one in sets
        }

    before, scores_before = first_ones(), scores()
    after, scores_after = _with_entry_for_a_moment(candidate, lambda: (first_ones(), scores()))
    trial = {
        "moved": [
            {"query": query, "before": len(before[query]), "after": len(after[query]),
             "kept": len(set(before[query]) & set(after[query]))}
            for query in queries
            if before[query] != after[query]
        ],
        "tried": len(queries),
        "scores": [[name, scores_before[name], scores_after[name]] for name in scores_before],
        "at": clock.now().isoformat(),
    }  # fmt: skip
    ThesaurusCandidate.objects.filter(pk=candidate_id).update(trial=trial)
    return trial


def _with_entry_for_a_moment(candidate: ThesaurusCandidate, ask: Callable[[], Any]) -> Any:
    """Ask with the pair in the thesaurus, in a transaction that is undone, with words that no other thread sees."""
    with transaction.atomic():
        _with_pair(candidate).save()
        with a_lexicon_apart():
            found = ask()
        transaction.set_rollback(True)
    return found


def _with_pair(candidate: ThesaurusCandidate) -> ThesaurusEntry:
    for entry in ThesaurusEntry.objects.filter(kind=ThesaurusKind.SAME, is_active=True).order_by("pk"):
        if candidate.other in normalise(entry.words).split():
            entry.words = f"{entry.words} {candidate.word}"
            return entry
    return ThesaurusEntry(kind=ThesaurusKind.SAME, words=f"{candidate.word} {candidate.other}")


def _decide(candidate: ThesaurusCandidate, state: CandidateState, staff: User) -> None:
    candidate.state = state
    candidate.save(update_fields=["state"])
    data = {"word": candidate.word, "other": candidate.other, "decision": state.value}
    staff_log.note(actor=staff, action="thesaurus.candidate", data=data)


def _is_candidate(pair: Rephrasing) -> bool:
    """Words of their own: who adds to a query or takes away from it narrows or widens it, and says nothing about words."""
    one, other = pair.query.replace(" ", ""), pair.following.replace(" ", "")
    is_short = max(len(pair.query), len(pair.following)) <= LONGEST
    # An entry's words stand between spaces.
    is_single = " " not in pair.query and " " not in pair.following
    return is_short and is_single and one not in other and other not in one


def _shared_clicks(pair: Rephrasing) -> int:
    """How many services were opened after either."""
    # Two questions side by side: as one within the other, each row of the one was looked for among all of the other where the
    # planner took fresh tables for empty, and it ran for ten minutes.
    opened = SearchClick.objects.order_by().values("gig")
    after_one, after_other = (opened.filter(search__folded=words) for words in (pair.query, pair.following))
    return after_one.intersection(after_other).count()
