"""The page of the staff log: what it finds, what it shows, who took it; and that nothing done in the admin goes unseen."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from marketplace.accounts.models import User
from marketplace.core import staff_log
from marketplace.gigs.models import AdvertisingWord
from marketplace.moderation import log_selectors
from marketplace.moderation.log_selectors import LogQuery, log_page, log_rows, staff_in_log
from marketplace.moderation.models import AdminLog
from marketplace.moderation.roles import ensure_roles
from tests.factories import make_moderator, make_user
from tests.logins import log_in

pytestmark = pytest.mark.django_db
SECRET = "noch-ein-Geheimnis-7"


def administrator() -> User:
    user = make_user(name="管理员")
    user.groups.add(ensure_roles()["administrator"])
    return user


def test_a_line_has_the_address_and_the_number_of_its_request():
    person, moderator = make_user(), make_moderator()
    log_in(moderator).post(reverse("people_sign_out", args=[person.pk]), REMOTE_ADDR="203.0.113.7")
    line = AdminLog.objects.get(action="person.sign_out")
    assert line.address == "203.0.113.7"
    assert len(line.request_id) == 16


def test_a_line_of_a_task_has_neither():
    staff_log.note(actor=make_moderator(), action="person.note", data={})
    line = AdminLog.objects.get()
    assert (line.address, line.request_id) == (None, "")


def test_what_wagtails_own_forms_change_is_kept_with_before_and_after():
    admin = administrator()
    word = AdvertisingWord.objects.create(word="旧词", reason="广告法")
    client = log_in(admin)
    edit = reverse("wagtailsnippets_gigs_advertisingword:edit", args=[word.pk])
    fields = {name: value for name, value in client.get(edit).context["form"].initial.items() if value is not None}
    answer = client.post(edit, fields | {"word": "新词"})
    assert answer.status_code == 302
    line = AdminLog.objects.get(action="admin.request")
    assert line.before["word"] == "旧词"
    assert line.after["word"] == "新词"
    assert "reason" not in line.after
    assert line.data["page"] == "wagtailsnippets_gigs_advertisingword:edit"
    assert line.subject == word


def test_passwords_never_get_into_the_log():
    admin, colleague = administrator(), make_moderator()
    admin.is_superuser = admin.is_staff = True
    admin.save()
    client = log_in(admin)
    edit = reverse("wagtailusers_users:edit", args=[colleague.pk])
    form = client.get(edit).context["form"]
    sent = {name: value for name, value in form.initial.items() if isinstance(value, str | int)}
    support = Group.objects.get(name="support")
    sent |= {
        "first_name": "周",
        "last_name": "末",
        "groups": [support.pk],
        "password1": "noch-ein-Geheimnis-7",
        "password2": "noch-ein-Geheimnis-7",
    }
    assert client.post(edit, sent).status_code == 302
    line = AdminLog.objects.get(action="admin.request")
    assert line.after["groups"] == ["support"]
    assert line.before["groups"] == ["moderator"]
    kept = f"{line.data} {line.before} {line.after}"
    assert "password" not in kept
    assert SECRET not in kept
    assert "csrf" not in kept.lower()


def test_what_was_refused_is_not_written_as_done():
    moderator, colleague = make_moderator(), make_moderator()
    client = log_in(moderator)
    client.post(reverse("people_suspend", args=[colleague.pk]), {"reason": "x", "until": "2099-01-01"})
    client.post(reverse("payments_payout_approve", args=[1]))
    assert not AdminLog.objects.exclude(is_reading=True).exists()


def test_an_act_that_wrote_its_own_line_gets_no_second_one():
    client = log_in(make_moderator())
    client.post(reverse("people_note", args=[make_user().pk]), {"text": "rief an"})
    assert list(AdminLog.objects.values_list("action", flat=True)) == ["person.note"]


def test_the_page_finds_by_words_actor_action_person_days_kind_and_address():
    moderator, other, person = make_moderator(name="周审"), make_moderator(name="吴审"), make_user(name="林青山")
    with staff_log.traced(lambda: "203.0.113.7"):
        staff_log.note(actor=moderator, action="person.suspend", subject=person, data={"reason": "私下交易"})
    staff_log.note_reading(actor=other, action="person.read", what=person.pk, data={})
    suspended, read = AdminLog.objects.get(action="person.suspend"), AdminLog.objects.get(action="person.read")
    today = timezone.localdate()
    for query, expected in [
        (LogQuery(words="私下"), [suspended]),
        (LogQuery(words="Suspended"), [suspended]),
        (LogQuery(words="吴审"), [read]),
        (LogQuery(actor_id=other.pk), [read]),
        (LogQuery(action="person.read"), [read]),
        (LogQuery(subject_id=person.pk), [suspended]),
        (LogQuery(kind="acts"), [suspended]),
        (LogQuery(kind="readings"), [read]),
        (LogQuery(address="203.0.113.7"), [suspended]),
        (LogQuery(request_id=suspended.request_id), [suspended]),
        (LogQuery(first=today, last=today), [read, suspended]),
        (LogQuery(last=today - timedelta(days=1)), []),
        (LogQuery(first=today + timedelta(days=1)), []),
    ]:
        assert list(log_rows(query)) == expected, query


def test_the_page_shows_before_and_after_side_by_side():
    staff_log.note(
        actor=make_moderator(), action="person.suspend", data={}, before={"level": "一级"}, after={"level": "二级"}
    )
    page = log_in(administrator()).get(reverse("moderation_log")).content.decode()
    assert "<del>一级</del>" in page
    assert "<ins>二级</ins>" in page


def test_pages_go_by_key_in_both_directions():
    moderator = make_moderator()
    for number in range(log_selectors.PAGE_LINES + 5):
        staff_log.note(actor=moderator, action="person.note", data={"note": number})
    first = log_page(LogQuery())
    second = log_page(LogQuery(), older_than=first.older)
    back = log_page(LogQuery(), newer_than=second.newer)
    assert len(second.lines) == 5
    assert second.older is None
    assert [line.row.pk for line in back.lines] == [line.row.pk for line in first.lines]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_taking_the_log_is_a_line_of_the_log(ending):
    staff_log.note(actor=make_moderator(), action="person.note", data={"reason": "=1+1"})
    answer = log_in(administrator()).get(reverse("moderation_log_export", args=[ending]), {"words": "1+1"})
    assert b"".join(answer.streaming_content)
    line = AdminLog.objects.get(action="log.export")
    assert line.data["asked"] == {"words": "1+1"}
    assert line.data["format"] == ending


@pytest.mark.parametrize("role", ["marketer", "finance"])
def test_who_may_not_read_the_log_does_not(role):
    user = make_user()
    user.groups.add(ensure_roles()[role])
    client = log_in(user)
    assert client.get(reverse("moderation_log")).status_code == 302
    assert client.get(reverse("moderation_log_export", args=["csv"])).status_code == 302


def test_every_filter_of_the_log_goes_by_an_index_where_there_are_many_lines():
    """Planned for a table of 40,000 lines of twenty people, of which each filter leaves few."""
    actors = [make_moderator() for _number in range(20)]
    people = ContentType.objects.get_for_model(User)
    AdminLog.objects.bulk_create(
        AdminLog(
            actor=actors[number % 20],
            action=f"action.{number % 50}",
            content_type=people,
            object_id=number % 500,
            address=f"203.0.113.{number % 250}",
            request_id=f"{number:016x}",
        )
        for number in range(40_000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE moderation_adminlog")
    today = timezone.localdate()
    for query in [
        LogQuery(),
        LogQuery(actor_id=actors[0].pk),
        LogQuery(action="action.3"),
        LogQuery(subject_id=7),
        LogQuery(address="203.0.113.7"),
        LogQuery(request_id=f"{77:016x}"),
        LogQuery(first=today - timedelta(days=400), last=today - timedelta(days=300)),
        LogQuery(kind="readings", actor_id=actors[0].pk),
    ]:
        plan = log_rows(query)[: log_selectors.PAGE_LINES].explain()
        assert "Seq Scan on moderation_adminlog" not in plan, (query, plan)
        assert "Index" in plan or "Result" in plan, (query, plan)


def test_whose_lines_there_are_is_found_step_by_step_in_the_index():
    """One step an actor, however many lines each has: the page opens with it."""
    actors = [make_moderator() for _number in range(3)]
    make_moderator()  # has done nothing yet
    AdminLog.objects.bulk_create(AdminLog(actor=actors[number % 3], action="person.note") for number in range(30_000))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE moderation_adminlog")
        cursor.execute(f"EXPLAIN {log_selectors._ACTORS}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert list(staff_in_log()) == actors
    assert "Seq Scan" not in plan, plan


def test_an_export_looks_its_words_up_once(django_assert_max_num_queries):
    moderator = make_moderator()
    AdminLog.objects.bulk_create(
        AdminLog(actor=moderator, action="person.note", data={"reason": "刷单"}) for _number in range(2500)
    )
    with django_assert_max_num_queries(12):
        lines = list(log_selectors.exported_lines(LogQuery(words="刷单")))
    assert len(lines) == 2500
    assert len({line.row.pk for line in lines}) == 2500


def test_numbers_and_addresses_that_were_looked_for_are_not_kept_in_the_log():
    client = log_in(make_moderator())
    for words in ("13800138000", "lin@example.com"):
        client.get(reverse("people"), {"q": words})
    asked = [line.data["asked"]["q"] for line in AdminLog.objects.filter(action="people.search").order_by("pk")]
    assert asked == ["138****8000", "l***@example.com"]
