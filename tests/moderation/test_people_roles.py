"""Roles are given with a reason, by another person, and seen in the log."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from wagtail.models import Page

from cms_pages.permissions import ensure_page_roles
from marketplace.accounts.models import User
from marketplace.moderation.errors import PeopleError, PeopleErrorCode
from marketplace.moderation.models import AdminLog
from marketplace.moderation.people_roles import change_roles
from marketplace.moderation.roles import EDITOR, PAGE_ROLES, ensure_roles
from marketplace.notifications.models import Notification
from tests.factories import make_moderator, make_user
from tests.logins import log_in

pytestmark = pytest.mark.django_db


def administrator() -> User:
    user = make_user(name="管理员")
    user.groups.add(ensure_roles()["administrator"])
    return user


def roles_of(person: User) -> set[str]:
    return set(person.groups.values_list("name", flat=True))


def test_a_role_is_given_told_and_noted_and_ends_the_sessions():
    admin, person = administrator(), make_user()
    theirs = log_in(person)
    log_in(admin).post(reverse("people_roles", args=[person.pk]), {"roles": ["support"], "reason": "加入客服组。"})
    assert roles_of(person) == {"support"}
    line = AdminLog.objects.get(action="person.roles")
    assert (line.before, line.after) == ({"roles": []}, {"roles": ["support"]})
    assert line.data["reason"] == "加入客服组。"
    assert "加入客服组。" in Notification.objects.get(recipient=person).body
    assert theirs.get(reverse("accounts:settings")).status_code == 302


@pytest.mark.parametrize("role", PAGE_ROLES)
def test_an_administrator_makes_an_editor_and_a_help_writer_on_the_page_of_the_person(role):
    ensure_page_roles()
    admin, person = administrator(), make_user()
    client, address = log_in(admin), reverse("people_roles", args=[person.pk])
    page = client.get(reverse("people_person", args=[person.pk])).content.decode()
    assert f'value="{role}"' in page
    client.post(address, {"roles": [role], "reason": "加入编辑部。"})
    assert roles_of(person) == {role}
    editor = log_in(User.objects.get(pk=person.pk))
    assert editor.get(reverse("wagtailadmin_home")).status_code == 200
    assert AdminLog.objects.get(action="person.roles").after == {"roles": [role]}
    client.post(address, {"roles": [], "reason": "离开编辑部。"})
    assert roles_of(person) == set()
    assert editor.get(reverse("wagtailadmin_home")).status_code == 302


def test_an_editor_publishes_pages_and_a_moderator_makes_none():
    ensure_page_roles()
    person, root = make_user(), Page.get_first_root_node()
    client = log_in(make_moderator())
    client.post(reverse("people_roles", args=[person.pk]), {"roles": [EDITOR], "reason": "x"})
    assert roles_of(person) == set()
    change_roles(user_id=person.pk, staff=administrator(), roles=[EDITOR], reason="加入编辑部。")
    assert root.permissions_for_user(User.objects.get(pk=person.pk)).can_publish_subpage()


def test_a_role_whose_group_is_missing_is_not_said_to_be_given():
    admin, person = administrator(), make_user()
    Group.objects.filter(name=EDITOR).delete()
    with pytest.raises(PeopleError) as refusal:
        change_roles(user_id=person.pk, staff=admin, roles=[EDITOR], reason="x")
    assert refusal.value.code == PeopleErrorCode.ROLE_UNKNOWN
    assert not AdminLog.objects.filter(action="person.roles").exists()


def test_a_role_is_taken_back():
    admin, person = administrator(), make_moderator()
    change_roles(user_id=person.pk, staff=admin, roles=[], reason="离职")
    assert roles_of(person) == set()


@pytest.mark.parametrize(
    ("roles", "reason", "typed", "code"),
    [
        (["support"], " ", "", PeopleErrorCode.WHY_MISSING),
        (["nobody"], "x", "", PeopleErrorCode.ROLE_UNKNOWN),
        (["administrator"], "x", "wrong", PeopleErrorCode.NOT_CONFIRMED),
    ],
)
def test_what_is_not_in_order_changes_nothing(roles, reason, typed, code):
    admin, person = administrator(), make_user()
    with pytest.raises(PeopleError) as refusal:
        change_roles(user_id=person.pk, staff=admin, roles=roles, reason=reason, typed=typed)
    assert refusal.value.code == code
    assert roles_of(person) == set()


def test_nobody_changes_their_own_roles():
    admin = administrator()
    with pytest.raises(PeopleError) as refusal:
        change_roles(user_id=admin.pk, staff=admin, roles=["administrator", "finance"], reason="x")
    assert refusal.value.code == PeopleErrorCode.OWN_ROLES


def test_only_administrators_make_administrators():
    staff, person = make_moderator(), make_user()
    with pytest.raises(PeopleError) as refusal:
        change_roles(user_id=person.pk, staff=staff, roles=["administrator"], reason="x", typed=person.profile.handle)
    assert refusal.value.code == PeopleErrorCode.ADMINISTRATOR_ONLY
    change_roles(
        user_id=person.pk, staff=administrator(), roles=["administrator"], reason="x", typed=person.profile.handle
    )
    assert roles_of(person) == {"administrator"}


def test_the_last_administrator_stays():
    admin = administrator()
    root = make_user(is_superuser=True)
    with pytest.raises(PeopleError) as refusal:
        change_roles(user_id=admin.pk, staff=root, roles=[], reason="x", typed=admin.profile.handle)
    assert refusal.value.code == PeopleErrorCode.LAST_ADMINISTRATOR


def test_who_may_not_change_roles_is_not_shown_how():
    person = make_user()
    client = log_in(make_moderator())
    page = client.get(reverse("people_person", args=[person.pk])).content.decode()
    assert reverse("people_roles", args=[person.pk]) not in page
    client.post(reverse("people_roles", args=[person.pk]), {"roles": ["support"], "reason": "x"})
    assert roles_of(person) == set()


def test_a_new_administrator_and_somebody_new_in_finance_are_told_to_every_administrator():
    admin, colleague, root, person = administrator(), administrator(), make_user(is_superuser=True), make_user()
    change_roles(user_id=person.pk, staff=admin, roles=["finance", "support"], reason="加入财务组。")
    told = Notification.objects.filter(notice="staff.role_given")
    assert {line.recipient_id for line in told} == {admin.pk, colleague.pk, root.pk}
    assert all(person.display_name in line.title and "加入财务组。" in line.body for line in told)
    told.delete()
    change_roles(user_id=person.pk, staff=admin, roles=["finance"], reason="不再做客服。")
    assert not told.exists()


def test_no_page_of_wagtails_gives_an_administrator_another_role_or_makes_a_superuser():
    admin, other, groups = administrator(), make_user(), ensure_roles()
    client = log_in(admin)
    for person, more in ((admin, {}), (other, {"is_superuser": "on", "is_active": "on"})):
        fields = {"username": person.username, "email": person.email, "first_name": "一", "last_name": "二"}
        groups_asked = {"groups": [groups["administrator"].pk, groups["finance"].pk]}
        client.post(reverse("wagtailusers_users:edit", args=[person.pk]), fields | groups_asked | more)
        person.refresh_from_db()
        assert "finance" not in roles_of(person)
        assert not person.is_superuser
    assert client.get(reverse("wagtailusers_users:add")).status_code == 302


def test_a_role_can_be_taken_from_somebody_who_is_shut_out():
    admin, person = administrator(), make_moderator()
    person.groups.add(ensure_roles()["support"])
    User.objects.filter(pk=person.pk).update(is_active=False)
    change_roles(user_id=person.pk, staff=admin, roles=["support"], reason="离职")
    assert roles_of(person) == {"support"}
