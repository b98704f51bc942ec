"""A change of the list of watched words is tried on what people wrote before it is put in use."""

import logging
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any, cast

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from marketplace.core import staff_log
from marketplace.core.config import get_config
from marketplace.safety import locks
from marketplace.safety.errors import TrialError, TrialErrorCode
from marketplace.safety.models import SensitiveWord, TrialStatus, WordTrial
from marketplace.safety.text_sources import TextSource, WrittenText, text_sources
from marketplace.safety.words import (
    WatchedWord,
    WordFinder,
    WordHit,
    as_searched,
    forget_words_after_commit,
    words_in_use,
)

logger = logging.getLogger(__name__)

FIELDS = ("word", "spellings", "exceptions", "topic", "level", "is_active")
SAMPLES_OF_EACH = 10
REASON_LENGTH = 200
LOST_RUN_AFTER = timedelta(minutes=30)
_AROUND = 20


def proposal_of(word: SensitiveWord) -> dict[str, Any]:
    """The fields of a word as a trial holds them."""
    return {name: getattr(word, name) for name in FIELDS}


@transaction.atomic
def ask_trial(*, word: SensitiveWord | None, proposed: Mapping[str, Any], staff: AbstractBaseUser) -> WordTrial:
    """Have a change tried; nothing of the list changes yet. `word` is None for a new one. The job runs after the commit.

    Raises TrialError NOTHING_CHANGED, and ValidationError where the row could not be saved like that.
    """
    from marketplace.safety.tasks import run_trial

    trial = _new_trial(word, proposed, staff)
    transaction.on_commit(partial(run_trial.delay, trial.pk))
    return trial


@transaction.atomic
def put_in_use_at_once(
    *, word: SensitiveWord | None, proposed: Mapping[str, Any], staff: AbstractBaseUser, because: str
) -> WordTrial:
    """Change the list without a dry run, because it is urgent. The reason stands in the staff log, with before and after.

    Raises TrialError REASON_MISSING or NOTHING_CHANGED, and ValidationError.
    """
    because = because.strip()[:REASON_LENGTH]
    if not because:
        raise TrialError(TrialErrorCode.REASON_MISSING)
    trial = _new_trial(word, proposed, staff)
    _apply(trial, staff, because, action="words.at_once")
    return trial


@transaction.atomic
def put_in_use(*, trial_id: int, staff: AbstractBaseUser, reason: str = "") -> WordTrial:
    """Change the list as it was tried.

    Raises TrialError NOT_READY or LIST_CHANGED (somebody changed the word, or brought it in, meanwhile), and
    WordTrial.DoesNotExist.
    """
    trial = locks.lock_trial(trial_id)
    if trial.status != TrialStatus.DONE:
        raise TrialError(TrialErrorCode.NOT_READY)
    _apply(trial, staff, reason.strip()[:REASON_LENGTH], action="words.put_in_use")
    return trial


@transaction.atomic
def drop_trial(*, trial_id: int, staff: AbstractBaseUser, reason: str) -> WordTrial:
    """Leave the list as it is. Raises TrialError REASON_MISSING or NOT_READY, and WordTrial.DoesNotExist."""
    reason = reason.strip()[:REASON_LENGTH]
    if not reason:
        raise TrialError(TrialErrorCode.REASON_MISSING)
    trial = locks.lock_trial(trial_id)
    if trial.status in (TrialStatus.APPLIED, TrialStatus.DROPPED):
        raise TrialError(TrialErrorCode.NOT_READY)
    trial.status, trial.reason = TrialStatus.DROPPED, reason
    trial.save(update_fields=["status", "reason"])
    staff_log.note(actor=staff, action="words.drop", data={"trial": trial.pk, "word": str(trial), "reason": reason})
    return trial


def run(*, trial_id: int) -> bool:
    """Read what people wrote with the list as it is and as it would be. False when another worker has it, or it is over.

    Safe to repeat: what was counted is written once. One whose worker died begins again after LOST_RUN_AFTER.
    """
    taken = WordTrial.objects.filter(pk=trial_id, status=TrialStatus.WAITING).update(status=TrialStatus.RUNNING)
    if not taken:
        return False
    trial = WordTrial.objects.get(pk=trial_id)
    running = WordTrial.objects.filter(pk=trial_id, status=TrialStatus.RUNNING)
    try:
        counts, samples = _compare(trial)
    except Exception:
        running.update(status=TrialStatus.FAILED, done_at=timezone.now())
        logger.exception("The dry run %s failed", trial_id)
        return False
    running.update(status=TrialStatus.DONE, counts=counts, samples=samples, done_at=timezone.now())
    return True


@transaction.atomic
def try_again(*, trial_id: int) -> None:
    """Run one again that failed, was interrupted or is out of date. Raises TrialError NOT_READY, WordTrial.DoesNotExist."""
    from marketplace.safety.tasks import run_trial

    trial = locks.lock_trial(trial_id)
    if trial.status in (TrialStatus.APPLIED, TrialStatus.DROPPED):
        raise TrialError(TrialErrorCode.NOT_READY)
    if trial.word_id is None:  # it came into the list meanwhile: what is tried is a change of it
        trial.word = SensitiveWord.objects.filter(word=trial.proposed["word"]).first()
    trial.status, trial.asked_at = TrialStatus.WAITING, timezone.now()
    trial.save(update_fields=["status", "asked_at", "word"])
    transaction.on_commit(partial(run_trial.delay, trial.pk))


def begin_lost_runs_again() -> int:
    """Let those wait again whose worker died: a job is killed long before LOST_RUN_AFTER. Returns how many. Safe to repeat."""
    now = timezone.now()
    lost = WordTrial.objects.filter(status=TrialStatus.RUNNING, asked_at__lt=now - LOST_RUN_AFTER)
    return lost.update(status=TrialStatus.WAITING, asked_at=now)


def finder_with(trial: WordTrial) -> WordFinder:
    """The list as it would be."""
    return WordFinder([watched for _name, watched in _lists(trial)[1]])


def _new_trial(word: SensitiveWord | None, proposed: Mapping[str, Any], staff: AbstractBaseUser) -> WordTrial:
    row = SensitiveWord.objects.get(pk=word.pk) if word is not None else SensitiveWord()
    before = proposal_of(row) if word is not None else None
    wanted = {name: proposed[name] for name in FIELDS}
    if wanted == before:
        raise TrialError(TrialErrorCode.NOTHING_CHANGED)
    for name, value in wanted.items():
        setattr(row, name, value)
    row.full_clean()
    return WordTrial.objects.create(word=word, proposed=wanted, asked_by=cast(Any, staff), asked_at=timezone.now())


def _apply(trial: WordTrial, staff: AbstractBaseUser, reason: str, *, action: str) -> None:
    if trial.word_id is None and SensitiveWord.objects.filter(word=trial.proposed["word"]).exists():
        raise TrialError(TrialErrorCode.LIST_CHANGED)  # another dry run brought it in, or a file
    word = locks.lock_word(trial.word_id) if trial.word_id else SensitiveWord()
    before = proposal_of(word) if trial.word_id else None
    if before is not None and trial.counts and before != trial.counts.get("before", before):
        raise TrialError(TrialErrorCode.LIST_CHANGED)
    for name in FIELDS:
        setattr(word, name, trial.proposed[name])
    try:
        word.full_clean()
        with transaction.atomic():
            word.save()
    except (ValidationError, IntegrityError) as error:
        raise TrialError(TrialErrorCode.LIST_CHANGED) from error  # its name has become another word's
    trial.word, trial.status, trial.reason = word, TrialStatus.APPLIED, reason
    trial.applied_by, trial.applied_at = cast(Any, staff), timezone.now()
    trial.save(update_fields=["word", "status", "reason", "applied_by", "applied_at"])
    changed = [name for name in FIELDS if before is None or before[name] != trial.proposed[name]]
    staff_log.note(
        actor=staff,
        action=action,
        data={"trial": trial.pk, "word": word.word, "reason": reason},
        before={name: before[name] for name in changed} if before else None,
        after={name: trial.proposed[name] for name in changed},
    )
    forget_words_after_commit()


# The word that is tried, whatever it is called before and after.
_IT = ""


def _lists(trial: WordTrial) -> tuple[list[tuple[str, WatchedWord]], list[tuple[str, WatchedWord]]]:
    """The list as it is and as it would be, each word with the name that both lists know it by."""
    old = [(_IT if row.pk == trial.word_id else row.word, as_searched(row)) for row in words_in_use()]
    new = [(name, watched) for name, watched in old if name != _IT]
    proposed = SensitiveWord(**trial.proposed)
    if proposed.is_active and proposed.level > 0:
        new.append((_IT, as_searched(proposed)))
    return old, new


def _compare(trial: WordTrial) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    old, new = _lists(trial)
    before, after = _Named(old), _Named(new)
    counts: dict[str, Any] = {}
    samples: list[dict[str, Any]] = []
    most = get_config("safety.trial_texts")
    for source in text_sources():
        counts[source.key], shown = _read(source, before, after, most)
        samples += shown
    if trial.word_id:
        counts["before"] = proposal_of(SensitiveWord.objects.get(pk=trial.word_id))
    return counts, samples


def _read(
    source: TextSource, before: "_Named", after: "_Named", most: int
) -> tuple[dict[str, int], list[dict[str, Any]]]:
    numbers = {"read": 0, "found": 0, "new": 0, "gone": 0}
    shown: dict[str, list[dict[str, Any]]] = {"new": [], "gone": [], "found": []}
    for written in source.newest(most):
        numbers["read"] += 1
        had, has = before.find(written.text), after.find(written.text)
        if _IT in has:
            numbers["found"] += 1
        kinds = [kind for kind, hits in (("new", has.keys() - had.keys()), ("gone", had.keys() - has.keys())) if hits]
        for kind in kinds:
            numbers[kind] += 1
        for kind in kinds or (["found"] if _IT in has else []):
            if len(shown[kind]) < SAMPLES_OF_EACH:
                hits = had if kind == "gone" else has
                meant = hits.get(_IT) or next(
                    hits[name] for name in hits if name not in (has if kind == "gone" else had)
                )
                shown[kind].append(_sample(source, kind, written, meant))
    if shown["new"] or shown["gone"]:
        shown["found"] = []  # what is found as before says less than what changes
    return numbers, [sample for rows in shown.values() for sample in rows]


def _sample(source: TextSource, kind: str, written: WrittenText, hit: WordHit) -> dict[str, Any]:
    start, end = max(0, hit.start - _AROUND), hit.end + _AROUND
    return {
        "source": source.key,
        "kind": kind,
        "writer": written.writer,
        "before": ("…" if start else "") + written.text[start : hit.start],
        "hit": hit.text,
        "after": written.text[hit.end : end] + ("…" if end < len(written.text) else ""),
    }


class _Named:
    """A finder that says what it finds by the names that both lists share."""

    def __init__(self, words: list[tuple[str, WatchedWord]]) -> None:
        self._finder = WordFinder([watched for _name, watched in words])
        self._names = {watched.word: name for name, watched in words}

    def find(self, text: str) -> dict[str, WordHit]:
        """Name → its first place in the text."""
        found: dict[str, WordHit] = {}
        for hit in self._finder.find(text):
            found.setdefault(self._names[hit.word.word], hit)
        return found
