"""How well the search answers people's judged sets, night after night: what a change of words spoiled is seen next morning."""

import json
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.core import clock
from marketplace.core.config import get_config
from marketplace.core.jobs import Deadline
from marketplace.discovery.analytics.models import JudgedScore, JudgedSet
from marketplace.discovery.evaluation.judged import evaluate
from marketplace.discovery.evaluation.running import answer_set
from marketplace.discovery.language.dictionary import dictionary_in_force

ENGINE = "postgres"


def check_set(content: Any) -> None:
    """Whether this is a judged set: gigs, queries with grades. Raises ValidationError with what is wrong."""
    if not isinstance(content, dict) or not content.get("gigs") or not content.get("queries"):
        raise ValidationError(_("A judged set has “gigs” and “queries”."))
    try:
        known = {gig["id"] for gig in content["gigs"]}
        graded = {gig for query in content["queries"] for gig in query["judgments"] if query["query"] and query["kind"]}
    except (KeyError, TypeError) as error:
        raise ValidationError(_("Something is missing in the set: %(error)s") % {"error": error}) from error
    if unknown := sorted(graded - known):
        raise ValidationError(_("A grade names a service that is not in the set: %(gig)s") % {"gig": unknown[0]})


def keep_set(*, name: str, file: Path) -> JudgedSet:
    """Keep the set in `file` under `name`, in place of what was kept there. Raises ValidationError, OSError, ValueError."""
    content = json.loads(file.read_text(encoding="utf-8"))
    check_set(content)
    kept, _made = JudgedSet.objects.update_or_create(name=name, defaults={"content": content})
    return kept


def judge(judged_set: JudgedSet) -> JudgedScore:
    """Answer the set with today's words and weights; the score of today is the last one that was made today."""
    figures = evaluate(judged_set.content, answer_set(judged_set.content, engine=ENGINE))
    overall = figures["overall"]
    score, _made = JudgedScore.objects.update_or_create(
        judged_set=judged_set,
        day=timezone.localdate(clock.now()),
        engine=ENGINE,
        defaults={
            "dictionary": dictionary_in_force().version,
            "ndcg": overall["ndcg"],
            "recall": overall["recall"],
            "worst": min(kind["ndcg"] for kind in figures["by_kind"].values()),
            "zero": overall["zero"],
            "junk": figures.get("junk"),
        },
    )
    return score


def judge_all(*, until: Deadline | None = None) -> int:
    """Judge every set in use; returns how many."""
    until = until or Deadline()
    count = 0
    for one in JudgedSet.objects.filter(is_active=True):
        if until.is_over:
            break
        judge(one)
        count += 1
    return count


def latest_scores() -> list[JudgedScore]:
    """The newest score of each set in use."""
    rows = (
        JudgedScore.objects.filter(judged_set__is_active=True)
        .order_by("judged_set_id", "-day")
        .distinct("judged_set_id")
    )
    return list(rows.select_related("judged_set"))


def poor_scores() -> list[JudgedScore]:
    """The newest scores that are under what staff set as the least (`discovery.least_score`, hundredths of nDCG@10)."""
    least = get_config("discovery.least_score") / 100
    return [score for score in latest_scores() if score.ndcg < least]
