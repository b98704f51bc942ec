"""Judged sets night after night, and pairs of words that staff decide on."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from marketplace.core.config import set_config
from marketplace.discovery import services
from marketplace.discovery.analytics import candidates
from marketplace.discovery.analytics.daily import count_days
from marketplace.discovery.analytics.models import CandidateState, JudgedScore, JudgedSet, ThesaurusCandidate
from marketplace.discovery.engines.base import SearchRequest
from marketplace.discovery.models import SearchHistory, ThesaurusEntry
from marketplace.discovery.tasks import find_thesaurus_candidates, judge_searches
from marketplace.moderation.models import AdminLog
from tests.discovery.analytics.test_figures import aged, marketer, search  # noqa: F401 a fixture
from tests.logins import log_in

SET = {
    "gigs": [
        {"id": "a", "title": "海报设计", "category": "设计", "tags": ["海报"], "price": 99, "seller": "甲"},
        {"id": "b", "title": "英文翻译", "category": "写作", "tags": [], "price": 50, "seller": "乙"},
    ],
    "queries": [
        {"id": "1", "kind": "plain", "query": "海报", "judgments": {"a": 3}},
        {"id": "2", "kind": "synonym", "query": "绘意图", "judgments": {"a": 3}},
    ],
    "negatives": ["航空母舰"],
}


@pytest.fixture
def judged(db):
    return JudgedSet.objects.create(name="小样", content=SET)


@pytest.fixture
def candidate(posters, open_gig):
    """Three people typed a word that finds nothing, then one that does."""
    for _person in range(3):
        visitor = search("绘意图")
        search("海报", visitor=visitor)
        open_gig(visitor, posters[0], q="海报")
    aged(1)
    assert find_thesaurus_candidates() == 1
    assert find_thesaurus_candidates() == 1  # found again, and noted once
    return ThesaurusCandidate.objects.get()


def test_a_judged_set_is_answered_every_night(judged):
    assert judge_searches() == 1
    score = JudgedScore.objects.get()
    assert (score.ndcg, score.worst, score.zero, score.junk) == (0.5, 0.0, 0.5, 0.0)
    judge_searches()
    assert JudgedScore.objects.count() == 1  # the last one of the day
    JudgedSet.objects.update(is_active=False)
    assert judge_searches() == 0


def test_staff_is_told_when_the_search_has_become_worse(judged, marketer):  # noqa: F811
    client = log_in(marketer)
    judge_searches()
    assert "nDCG@10 0.500" in client.get(reverse("wagtailadmin_home")).content.decode()
    assert "0.500" in client.get(reverse("discovery_figures")).content.decode()
    set_config(key="discovery.least_score", value=40, reason="小样太小")
    assert "nDCG@10" not in client.get(reverse("wagtailadmin_home")).content.decode()


def test_a_set_is_kept_from_a_file(db, tmp_path):
    file = tmp_path / "small.json"
    file.write_text(json.dumps(SET))
    out = StringIO()
    call_command("judge_search", str(file), stdout=out)
    assert "small: nDCG@10 0.500, worst kind 0.000" in out.getvalue()
    file.write_text(json.dumps(SET | {"queries": [{"id": "1", "kind": "x", "query": "y", "judgments": {"none": 1}}]}))
    with pytest.raises(CommandError, match="none"):
        call_command("judge_search", str(file))
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("judge_search", str(tmp_path / "missing.json"))


def test_what_cannot_be_measured_by_is_refused_in_the_admin(marketer):  # noqa: F811
    client = log_in(marketer)
    url = reverse(JudgedSet.snippet_viewset.get_url_name("add"))
    for content in ("[]", '{"gigs": [{}], "queries": [{}]}'):
        assert client.post(url, {"name": "x", "content": content, "is_active": "on"}).status_code == 200
    assert not JudgedSet.objects.exists()
    client.post(url, {"name": "x", "content": json.dumps(SET), "is_active": "on"})
    assert JudgedSet.objects.get().content == SET


def test_what_people_tried_next_is_a_candidate(candidate):
    assert (candidate.word, candidate.other) == ("绘意图", "海报")
    assert (candidate.reformulated, candidate.clicked_after, candidate.state) == (3, 3, CandidateState.OPEN)


def test_adding_to_a_query_says_nothing_about_words(posters):
    for _person in range(3):
        visitor = search("海报")
        search("海报设计", visitor=visitor)
    aged(1)
    assert find_thesaurus_candidates() == 0


def test_a_trial_says_what_would_change_and_changes_nothing(candidate, judged):
    search("宣传画绘意图")  # one person alone: not named to staff
    aged(1)
    count_days()
    before, words = ThesaurusEntry.objects.count(), services.current_lexicon().thesaurus
    trial = candidates.try_candidate(candidate_id=candidate.pk)
    assert trial["moved"] == [{"query": "绘意图", "before": 0, "after": 3, "kept": 0}]
    assert trial["tried"] == 2
    assert trial["scores"] == [["小样", 0.5, 1.0]]
    assert ThesaurusEntry.objects.count() == before
    assert services.current_lexicon().thesaurus == words
    assert not services.search(SearchRequest(query="绘意图")).ids
    candidate.refresh_from_db()
    assert (candidate.trial, candidate.state) == (trial, CandidateState.OPEN)


def test_one_press_adds_a_pair(candidate, posters, marketer, django_capture_on_commit_callbacks):  # noqa: F811
    client = log_in(marketer)
    page = client.get(reverse("discovery_candidates")).content.decode()
    assert "绘意图 → 海报" in page
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("discovery_candidate", args=[candidate.pk, "add"]))
    assert len(services.search(SearchRequest(query="绘意图")).ids) == 3
    assert AdminLog.objects.get(action="thesaurus.candidate").data == {
        "word": "绘意图", "other": "海报", "decision": "added",
    }  # fmt: skip
    assert "绘意图 → 海报" not in client.get(reverse("discovery_candidates")).content.decode()
    assert find_thesaurus_candidates() == 0  # decided, and in the thesaurus


def test_a_dismissed_pair_does_not_come_back(candidate, marketer):  # noqa: F811
    client = log_in(marketer)
    client.post(reverse("discovery_candidate", args=[candidate.pk, "dismiss"]))
    assert find_thesaurus_candidates() == 0
    entries = ThesaurusEntry.objects.count()
    assert candidates.add_candidate(candidate_id=candidate.pk, staff=marketer) is None
    assert ThesaurusEntry.objects.count() == entries
    assert client.post(reverse("discovery_candidate", args=[candidate.pk + 1, "try"])).status_code == 404


def test_nobody_without_the_right_decides(candidate, buyer_client):
    assert buyer_client.post(reverse("discovery_candidate", args=[candidate.pk, "add"])).status_code == 302
    candidate.refresh_from_db()
    assert candidate.state == CandidateState.OPEN
    assert SearchHistory.objects.exists()
