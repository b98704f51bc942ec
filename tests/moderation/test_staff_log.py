"""The staff log is append-only for everybody, also for who has psql."""

import pytest
from django.db import DatabaseError, connection, transaction

from marketplace.moderation.models import AdminLog
from tests.factories import make_moderator

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE moderation_adminlog SET action = 'nothing'",
        "UPDATE moderation_adminlog SET before = '{}', after = '{}'",
        "UPDATE moderation_adminlog SET address = NULL, request_id = ''",
        "UPDATE moderation_adminlog SET is_reading = true",
        "DELETE FROM moderation_adminlog",
        "TRUNCATE moderation_adminlog",
    ],
)
def test_what_staff_did_is_neither_changed_nor_removed(statement):
    entry = AdminLog.objects.create(actor=make_moderator(), action="gig.reject", data={"reason": "侵权"})
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # else TRUNCATE is refused for the keys of the line above
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    entry.refresh_from_db()
    assert entry.action == "gig.reject"
