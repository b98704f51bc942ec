"""What became of decisions: a warning that its person can appeal against, appeals, a question to colleagues, checks, dry runs."""

from contextlib import suppress
from datetime import datetime, timedelta

from django.utils import timezone

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.messaging import services as messaging
from marketplace.messaging.errors import MessagingError
from marketplace.moderation import appeals
from marketplace.moderation.models import (
    DecisionCheck,
    DecisionReason,
    Effect,
    ModerationDecision,
    ModerationQueue,
    QueueKind,
)
from marketplace.moderation.quality import checks, opinions
from marketplace.moderation.queue import services as queue
from marketplace.safety import trials
from marketplace.safety.models import Level, SensitiveWord, WordTopic
from portal.demo.people import People

# 排名先生: paiming-xiansheng@…, whom tests/e2e/test_moderation_quality.py lets appeal.
WARNED = 13
_DAYS = 12


def fill_quality(people: People, now: datetime) -> None:
    """After the queue was filled, in the days before `now`."""
    moderator, mediator = people.staff["moderator"], people.staff["mediator"]
    _warn(people, now)
    _appeals(moderator, mediator, now)
    _checks(moderator, mediator, now)
    _question(moderator, now)
    _dry_runs(moderator)


def _warn(people: People, now: datetime) -> None:
    """A seller wrote where else to pay: what a person sees, and a strike to appeal against."""
    seller, moderator = people.sellers[WARNED], people.staff["moderator"]
    with clock.moved_to(now - timedelta(days=1, hours=2)):
        talk = messaging.start_conversation(buyer=people.buyers[70], seller=seller)
        with suppress(MessagingError):  # held back is refused with that very word
            words = "首页包排名，微信直接转我，比平台便宜三成。"
            messaging.send_message(conversation_id=talk.pk, sender=seller, body=words, confirmed=True)
        queue.take_in()
        case = ModerationQueue.objects.filter(kind=QueueKind.MESSAGE, person=seller, decided_at=None).latest("pk")
        queue.claim_case(case_id=case.pk, staff=moderator)
        queue.decide_case(
            case_id=case.pk,
            staff=moderator,
            effect=Effect.WARN,
            reason=DecisionReason.objects.get(code="C2"),
            words="请不要约买家到平台外付款。报价和付款都在平台内进行，资金由支付机构托管。",
        )


def _appeals(moderator: User, mediator: User, now: datetime) -> None:
    """One that waits, one that was right, one that was not."""
    found = ModerationDecision.objects.filter(effect__in=(Effect.WARN, Effect.REMOVE), overturned_at=None)
    chosen = list(found.exclude(person=None).filter(decided_at__lt=now - timedelta(days=2)).order_by("pk")[:3])
    told = (
        "发的是展会的地址，不是联系方式，请再看一下上下文。",
        "案例是我本人的毕业设计，有学校的证明。",
        "大家都这么写。",
    )
    for place, (decision, words) in enumerate(zip(chosen, told, strict=False)):
        with clock.moved_to(now - timedelta(hours=30 - place)):
            appeal = appeals.appeal_decision(decision_id=decision.pk, person=decision.person, words=words)
            # `created_at` is the database's own; a week of the demo is minutes.
            type(appeal).objects.filter(pk=appeal.pk).update(created_at=clock.now())
        if place:
            staff = mediator if decision.decided_by_id == moderator.pk else moderator
            answer = (
                "核对了证明，确实是本人作品，已恢复。" if place == 1 else "内容确实约对方到平台外付款，维持原决定。"
            )
            with clock.moved_to(now - timedelta(hours=5 - place)):
                appeals.answer_appeal(appeal_id=appeal.pk, staff=staff, upheld=place == 1, answer=answer)


def _checks(moderator: User, mediator: User, now: datetime) -> None:
    today = timezone.localdate(now)
    for ago in range(_DAYS, 0, -1):
        checks.draw_sample(day=today - timedelta(days=ago))
    for place, check in enumerate(DecisionCheck.objects.select_related("decision").order_by("drawn_on", "pk")[:6]):
        staff = mediator if check.decision.decided_by_id == moderator.pk else moderator
        agrees = place != 3
        remark = "" if agrees else "前后文看是在问交付地址，我会保留这条消息。"
        with clock.moved_to(now - timedelta(days=1, minutes=10 * place)):
            checks.check_decision(
                check_id=check.pk,
                staff=staff,
                agrees=agrees,
                remark=remark,
                would_be=check.decision.effect if agrees else Effect.NOTHING,
            )


def _question(moderator: User, now: datetime) -> None:
    """The moderator asks, and the mediator finds it on the first page."""
    waiting = ModerationQueue.objects.filter(kind=QueueKind.REPORT, decided_at=None).order_by("due_at", "pk")
    with clock.moved_to(now - timedelta(minutes=25)):
        for case in waiting[3:4]:
            queue.claim_case(case_id=case.pk, staff=moderator)
            opinions.ask_opinion(
                case_id=case.pk,
                staff=moderator,
                question="页面写得很隐晦，只有聊天里提到代做证书。凭聊天能下架服务吗？",
            )


def _dry_runs(moderator: User) -> None:
    """One that waits for a decision."""
    proposed = {
        **trials.proposal_of(SensitiveWord(word="包过稿")),
        "spellings": "包过搞 baoguo稿",
        "topic": WordTopic.OTHER,
        "level": Level.FLAG,
    }
    trial = trials.ask_trial(word=None, proposed=proposed, staff=moderator)
    trials.run(trial_id=trial.pk)
