"""What somebody asked support, for the stream of what happened with them."""

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.accounts.models import User
from marketplace.accounts.person_stream import Item, Part
from marketplace.support.models import SupportCase


def _cases(person: User, before: datetime, most: int) -> Iterator[Item]:
    for case in SupportCase.objects.filter(person=person, created_at__lt=before).order_by("-created_at")[:most]:
        title = _("Asked support: %(subject)s") % {"subject": case.subject}
        url = reverse("support_case", args=[case.pk])
        yield Item(case.created_at, "support", title, case.get_status_display(), url)


CASES = Part(gettext_lazy("Support cases"), "support.view_supportcase", _cases)
