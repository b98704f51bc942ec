"""The states of a case, and who moves it: read this first."""

from django.db import models
from django.utils.translation import pgettext_lazy

from marketplace.core.transitions import Transition, TransitionTable

PERSON, STAFF, CLOCK = "person", "staff", "clock"


class CaseStatus(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("a support case", "Waits for support")
    ANSWERED = "answered", pgettext_lazy("a support case", "Answered")
    SOLVED = "solved", pgettext_lazy("a support case", "Solved")


_W, _A, _S = CaseStatus.WAITING, CaseStatus.ANSWERED, CaseStatus.SOLVED
CASE_TRANSITIONS: TransitionTable[CaseStatus] = TransitionTable(
    (
        Transition(_W, _A, frozenset({STAFF}), "an answer; the clock stops"),
        Transition(_A, _W, frozenset({PERSON}), "a message; the clock starts"),
        Transition(_S, _W, frozenset({PERSON}), "a message begins it again; the clock starts"),
        Transition(_S, _A, frozenset({STAFF}), "an answer after all"),
        Transition(_W, _S, frozenset({PERSON, STAFF}), "nothing left to answer"),
        Transition(_A, _S, frozenset({PERSON, STAFF, CLOCK}), "solved, or support.close_days of silence"),
    )
)
