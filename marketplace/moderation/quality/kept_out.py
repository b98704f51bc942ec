"""Who is suspended cannot log in, and appeals all the same (个人信息保护法 §24, 电子商务法 §36).

At the log-in they proved who they are: the page that tells them of the suspension leads to that one decision, which this
browser's session may read and appeal against for two hours. The second factor is not asked for: no more can be done than that.
"""

from django.http import HttpRequest
from django.urls import reverse

from marketplace.accounts.models import Suspension, User
from marketplace.core import clock
from marketplace.moderation.quality.own_decisions import decision_of

KEY = "decision_of_kept_out"
SECONDS = 2 * 60 * 60


def way_to_the_decision(request: HttpRequest, suspension: Suspension) -> str:
    """The decision that a suspension came with, open to this session from now on; "" for one without a decision."""
    decision = decision_of(suspension)
    if decision is None:
        return ""
    until = clock.now().timestamp() + SECONDS
    request.session[KEY] = {"decision": decision.pk, "person": decision.person_id, "until": until}
    return reverse("moderation:decision", args=[decision.pk])


def kept_out_reader(request: HttpRequest, decision_id: int) -> User | None:
    """Whose decision this session may read without a log-in; None where it may not, or no longer."""
    noted = request.session.get(KEY)
    if not noted or noted["decision"] != decision_id or noted["until"] < clock.now().timestamp():
        return None
    return User.objects.filter(pk=noted["person"]).first()
