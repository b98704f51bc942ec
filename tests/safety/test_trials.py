"""A change of the watched words is tried on what people wrote, and put in use or dropped by a person."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from marketplace.core.config import set_config
from marketplace.moderation.models import AdminLog
from marketplace.safety import selectors, trials
from marketplace.safety.errors import TrialError, TrialErrorCode
from marketplace.safety.models import Level, SensitiveWord, TrialStatus, WordTopic, WordTrial
from marketplace.safety.tasks import run_lost_trials
from marketplace.safety.text_sources import TextSource, WrittenText, register_texts, text_sources
from marketplace.safety.variants import VariantKind, variants_of
from marketplace.safety.words import forget_words, word_finder
from tests.factories import make_gig, make_moderator, make_seller, make_user
from tests.logins import log_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def read_anew():
    forget_words()
    yield
    forget_words()


@pytest.fixture
def moderator(db):
    return make_moderator()


@pytest.fixture
def gig(db):
    return make_gig(seller=make_seller(name="林青山"), title="代发短文视频")


def proposed(word="短文视频", **fields):
    row = {"word": word, "spellings": "", "exceptions": "", "topic": WordTopic.OTHER, "level": Level.FLAG}
    return {**row, "is_active": True, **fields}


def tried(staff, word=None, **fields):
    trial = trials.ask_trial(word=word, proposed=proposed(**fields), staff=staff)
    trials.run(trial_id=trial.pk)
    trial.refresh_from_db()
    return trial


def refused(code, act, **arguments):
    with pytest.raises(TrialError) as refusal:
        act(**arguments)
    assert refusal.value.code == code
    assert str(refusal.value.message)


def is_found(text):
    forget_words()
    return bool(word_finder().find(text))


def test_a_new_word_changes_nothing_until_it_is_put_in_use(moderator, gig):
    trial = tried(moderator)
    assert trial.status == TrialStatus.DONE
    assert trial.counts["gigs"] == {"read": 1, "found": 1, "new": 1, "gone": 0}
    (sample,) = trial.samples
    assert (sample["hit"], sample["writer"], sample["kind"]) == ("短文视频", "林**", "new")
    assert not is_found("短文视频")
    trials.put_in_use(trial_id=trial.pk, staff=moderator)
    assert is_found("短文视频")
    line = AdminLog.objects.get(action="words.put_in_use")
    assert (line.before, line.after["word"]) == (None, "短文视频")
    refused(TrialErrorCode.NOT_READY, trials.put_in_use, trial_id=trial.pk, staff=moderator)


def test_a_change_shows_what_would_no_longer_be_found_and_logs_before_and_after(moderator, gig):
    word = SensitiveWord.objects.create(**proposed())
    trial = tried(moderator, word, exceptions="代发短文视频")
    assert trial.counts["gigs"] == {"read": 1, "found": 0, "new": 0, "gone": 1}
    assert [sample["kind"] for sample in trial.samples] == ["gone"]
    assert is_found("代发短文视频")
    trials.put_in_use(trial_id=trial.pk, staff=moderator)
    assert not is_found("代发短文视频")
    line = AdminLog.objects.get(action="words.put_in_use")
    assert (line.before, line.after) == ({"exceptions": ""}, {"exceptions": "代发短文视频"})


def test_a_word_that_was_changed_meanwhile_is_tried_again(moderator, gig):
    word = SensitiveWord.objects.create(**proposed())
    trial = tried(moderator, word, spellings="短蚊视频")
    other = tried(moderator, word, level=Level.HOLD)
    trials.put_in_use(trial_id=other.pk, staff=moderator)
    refused(TrialErrorCode.LIST_CHANGED, trials.put_in_use, trial_id=trial.pk, staff=moderator)
    trials.try_again(trial_id=trial.pk)
    trials.run(trial_id=trial.pk)
    trials.put_in_use(trial_id=trial.pk, staff=moderator)
    word.refresh_from_db()
    assert word.spellings == "短蚊视频"


def test_a_dropped_change_says_why(moderator):
    trial = tried(moderator)
    refused(TrialErrorCode.REASON_MISSING, trials.drop_trial, trial_id=trial.pk, staff=moderator, reason=" ")
    trials.drop_trial(trial_id=trial.pk, staff=moderator, reason="误伤太多")
    assert not SensitiveWord.objects.filter(word="短文视频").exists()
    assert AdminLog.objects.get(action="words.drop").data["reason"] == "误伤太多"
    refused(TrialErrorCode.NOT_READY, trials.drop_trial, trial_id=trial.pk, staff=moderator, reason="再一次")


def test_what_is_urgent_is_in_use_at_once_and_says_why(moderator):
    told = {"word": None, "proposed": proposed(), "staff": moderator}
    refused(TrialErrorCode.REASON_MISSING, trials.put_in_use_at_once, because=" ", **told)
    trials.put_in_use_at_once(because="正在扩散", **told)
    assert is_found("短文视频")
    assert AdminLog.objects.get(action="words.at_once").data["reason"] == "正在扩散"


def test_nothing_is_tried_that_changes_nothing(moderator):
    word = SensitiveWord.objects.create(**proposed())
    refused(TrialErrorCode.NOTHING_CHANGED, trials.ask_trial, word=word, proposed=proposed(), staff=moderator)


def test_a_dry_run_reads_the_newest_of_each_place_up_to_the_setting(moderator, monkeypatch):
    assert {"gigs", "briefs", "messages", "reviews"} <= {source.key for source in text_sources()}
    asked = []

    def newest(most):
        asked.append(most)
        yield from (WrittenText(key, "短文视频", "林**") for key in range(12))

    set_config(key="safety.trial_texts", value=100, reason="test")
    monkeypatch.setattr(trials, "text_sources", lambda: [TextSource("here", "这里", newest)])
    trial = tried(moderator)
    assert asked == [100]
    assert trial.counts["here"] == {"read": 12, "found": 12, "new": 12, "gone": 0}
    assert len(trial.samples) == 10


def test_a_dry_run_that_breaks_says_so_and_can_be_run_again(moderator, gig):
    def broken(most):
        raise RuntimeError("the disk is gone")
        yield WrittenText(0, "", "")

    sources = text_sources()
    register_texts(TextSource("broken", "坏的", broken))
    try:
        trial = tried(moderator)
        assert trial.status == TrialStatus.FAILED
        refused(TrialErrorCode.NOT_READY, trials.put_in_use, trial_id=trial.pk, staff=moderator)
    finally:
        from marketplace.safety import text_sources as registry

        registry._SOURCES.pop("broken")
    assert text_sources() == sources
    trials.try_again(trial_id=trial.pk)
    assert trials.run(trial_id=trial.pk)
    assert not trials.run(trial_id=trial.pk)


def test_a_dry_run_that_the_broker_forgot_is_run_by_the_clock(moderator, gig):
    trial = trials.ask_trial(word=None, proposed=proposed(), staff=moderator)
    assert run_lost_trials() == 0
    WordTrial.objects.update(asked_at="2026-01-01T00:00:00Z")
    assert run_lost_trials() == 1
    trial.refresh_from_db()
    assert trial.status == TrialStatus.DONE


# In the admin


def test_saving_in_the_admin_tries_the_word_first(moderator, gig, django_capture_on_commit_callbacks):
    client = log_in(moderator)
    data = {"word": "短文视频", "spellings": "", "exceptions": "", "topic": "other", "level": "2", "is_active": "on"}
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(reverse("wagtailsnippets_safety_sensitiveword:add"), data)
    trial = WordTrial.objects.get()
    assert answer.url == reverse("safety_trial", args=[trial.pk])
    assert not SensitiveWord.objects.filter(word="短文视频").exists()
    trials.run(trial_id=trial.pk)
    page = client.get(answer.url).content.decode()
    assert "林**" in page
    assert "林青山" not in page
    client.post(reverse("safety_trial_use", args=[trial.pk]))
    word = SensitiveWord.objects.get(word="短文视频")
    edit = reverse("wagtailsnippets_safety_sensitiveword:edit", args=[word.pk])
    assert 'id="word-test-text"' in client.get(edit).content.decode()
    refusal = client.post(edit, {**data, "level": "3", "at_once": "on"})
    assert refusal.status_code == 200
    word.refresh_from_db()
    assert word.level == Level.FLAG
    client.post(edit, {**data, "level": "3", "at_once": "on", "because": "正在扩散"})
    word.refresh_from_db()
    assert word.level == Level.HOLD
    with django_capture_on_commit_callbacks(execute=True):
        client.post(edit, {**data, "level": "1"})
    word.refresh_from_db()
    assert word.level == Level.HOLD
    assert (
        reverse("safety_trial", args=[WordTrial.objects.latest("pk").pk])
        in client.get(reverse("safety_trials")).content.decode()
    )
    drop = reverse("safety_trial_drop", args=[WordTrial.objects.latest("pk").pk])
    assert client.post(drop, {"reason": ""}).status_code == 422
    assert client.post(drop, {"reason": "不用了"}).url == reverse("safety_trials")


def test_any_text_shows_the_words_and_contacts_in_it(moderator):
    SensitiveWord.objects.create(**proposed(spellings="短蚊视频"))
    forget_words()
    client = log_in(moderator)
    assert 'id="word-test-text"' in client.get(reverse("wagtailsnippets_safety_sensitiveword:list")).content.decode()
    answer = client.post(reverse("safety_words_test"), {"text": "做短蚊视频，加我微信 moyan2020"})
    marked = [(piece.text, piece.matched, bool(piece.contact)) for piece in answer.context["found"]]
    assert marked[0] == ("短蚊视频", "短蚊视频", False)
    assert marked[1][2]
    assert '<mark class="word-mark">短蚊视频</mark>' in answer.content.decode()
    assert "".join(piece.text for piece in answer.context["pieces"]) == "做短蚊视频，加我微信 moyan2020"


def test_a_text_is_tried_with_the_list_as_it_would_be(moderator):
    trial = tried(moderator)
    answer = log_in(moderator).post(reverse("safety_words_test"), {"text": "短文视频", "trial": trial.pk})
    assert [piece.text for piece in answer.context["found"]] == ["短文视频"]
    assert selectors.pieces_of("短文视频", word_finder()) == [selectors.Piece("短文视频")]


def test_ways_of_writing_are_offered_and_what_is_ticked_is_tried(moderator):
    word = SensitiveWord.objects.filter(word="刷单").first() or SensitiveWord.objects.create(**proposed("刷单"))
    SensitiveWord.objects.filter(pk=word.pk).update(spellings="")
    client = log_in(moderator)
    page = client.get(reverse("safety_words_variants"), {"word": "刷单"}).content.decode()
    assert 'value="shuadan"' in page
    assert 'value="刷單"' not in page  # found already
    client.post(reverse("safety_words_variants"), {"word": "刷单", "spellings": ["shuadan", "刷丹"]})
    trial = WordTrial.objects.get()
    assert (trial.word, trial.proposed["spellings"]) == (word, "shuadan 刷丹")


def test_nobody_else_tries_words():
    client = log_in(make_user(is_staff=True))
    for name in ("safety_words_test", "safety_words_variants", "safety_trials"):
        assert client.get(reverse(name)).status_code in (302, 403)


def test_variants_are_homophones_split_characters_and_letters():
    found = {variant.text: variant for variant in variants_of("骗钱")}
    assert found["马扁钱"].kind == VariantKind.SPLIT
    assert found["pianqian"].kind == VariantKind.LETTERS
    assert any(variant.kind == VariantKind.HOMOPHONE for variant in found.values())
    assert found["騙錢"].kind == VariantKind.FOUND
    assert "骗钱" not in found
    assert "马扁钱" not in {variant.text for variant in variants_of("骗钱", ["马扁钱"])}
    assert {variant.text: variant.is_word for variant in variants_of("微信")}["威信"]


def test_of_two_dry_runs_of_one_new_word_the_second_becomes_a_change_of_it(moderator, gig):
    first, second = tried(moderator), tried(moderator, level=Level.HOLD)
    trials.put_in_use(trial_id=first.pk, staff=moderator)
    client = log_in(moderator)
    assert client.post(reverse("safety_trial_use", args=[second.pk])).url == reverse("safety_trial", args=[second.pk])
    refused(TrialErrorCode.LIST_CHANGED, trials.put_in_use, trial_id=second.pk, staff=moderator)
    trials.try_again(trial_id=second.pk)
    trials.run(trial_id=second.pk)
    trials.put_in_use(trial_id=second.pk, staff=moderator)
    assert SensitiveWord.objects.get(word="短文视频").level == Level.HOLD


def test_a_name_that_became_another_words_is_refused_and_not_an_error(moderator):
    word = SensitiveWord.objects.create(**proposed("甲词"))
    trial = trials.ask_trial(word=word, proposed=proposed("乙词"), staff=moderator)
    trials.run(trial_id=trial.pk)
    SensitiveWord.objects.create(**proposed("乙词"))
    refused(TrialErrorCode.LIST_CHANGED, trials.put_in_use, trial_id=trial.pk, staff=moderator)


@pytest.mark.parametrize("act", ["use", "drop", "again"])
def test_a_dry_run_that_is_not_there_is_404(act, moderator):
    address = reverse(f"safety_trial_{act}", args=[987654321])
    assert log_in(moderator).post(address, {"reason": "不用了"}).status_code == 404


def test_a_run_whose_worker_died_begins_again(moderator, gig):
    trial = trials.ask_trial(word=None, proposed=proposed(), staff=moderator)
    WordTrial.objects.filter(pk=trial.pk).update(status=TrialStatus.RUNNING)
    assert run_lost_trials() == 0
    WordTrial.objects.filter(pk=trial.pk).update(asked_at=timezone.now() - trials.LOST_RUN_AFTER)
    run_lost_trials()
    WordTrial.objects.filter(pk=trial.pk).update(asked_at=timezone.now() - timedelta(minutes=2))
    assert run_lost_trials() == 1
    trial.refresh_from_db()
    assert trial.status == TrialStatus.DONE
