"""What an effect means for a case, in words, and which one a reason usually has."""

from django.utils.translation import gettext as _

from marketplace.moderation.models import DecisionReason, Effect, ModerationQueue, QueueKind


def usual_effect(reason: DecisionReason | None, effects: tuple[Effect, ...]) -> str:
    """The effect that a reason usually has, as far as the case offers it; "" without one."""
    if reason is None:
        return ""
    if reason.effect in effects:
        return reason.effect
    taking = {Effect.REMOVE, Effect.MASK}
    if reason.effect in taking:
        return next((effect.value for effect in effects if effect in taking), Effect.WARN.value)
    return ""


def effect_words(case: ModerationQueue, effect: Effect) -> str:
    """What happens, exactly."""
    if effect == Effect.NOTHING:
        return _nothing(case)
    if effect == Effect.MASK:
        return _("A part is hidden, the stars stay")
    if effect == Effect.WARN:
        return _("What is against the rules goes, and a strike counts")
    if effect == Effect.SUSPEND:
        return _("What is against the rules goes, and the account is suspended")
    return _("The message goes out of the conversation") if case.kind == QueueKind.MESSAGE else _("It is taken down")


def _nothing(case: ModerationQueue) -> str:
    if case.kind == QueueKind.MESSAGE:
        return _("Nothing wrong: it stays, or is delivered")
    if case.kind == QueueKind.APPEAL:
        return _("The appeal is answered")
    return _("Nothing wrong: it stays")
