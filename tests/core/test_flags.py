"""Feature flags: for everybody, for groups, for a share that stays the same people while it grows."""

import pytest
from django.contrib.auth.models import AnonymousUser, Group

from marketplace.core import flags
from marketplace.core.errors import SettingError, SettingErrorCode
from marketplace.moderation.models import AdminLog
from tests.factories import make_user
from tests.faults.valkey import take_away

KEY, OTHER = "notifications.push", "discovery.promotions"
PEOPLE = [f"user:{number}" for number in range(10_000)]


def turn(staff=None, **more):
    asked = {"key": KEY, "is_on": False, "share_percent": 0, "group_ids": [], "reason": "试一试"} | more
    return flags.set_flag(**asked, staff=staff or make_user())


@pytest.mark.parametrize("share", [1, 10, 50, 90])
def test_a_share_is_as_large_as_it_says(share):
    found = sum(flags.place_of(KEY, who) < share * 100 for who in PEOPLE)
    expected = share * 100
    spread = (expected * (100 - share) / 100) ** 0.5
    assert abs(found - expected) < 4 * spread


def test_places_are_spread_evenly():
    counts = [0] * 100
    for who in PEOPLE:
        counts[flags.place_of(KEY, who) // 100] += 1
    # 99 degrees of freedom: above 149 one time in a thousand; the places are always the same, so this is never by luck.
    assert sum((count - 100) ** 2 / 100 for count in counts) < 149


def test_who_has_a_growing_feature_keeps_it():
    tenth = {who for who in PEOPLE if flags.place_of(KEY, who) < 1000}
    third = {who for who in PEOPLE if flags.place_of(KEY, who) < 3000}
    assert tenth < third


def test_two_flags_choose_different_people():
    one = {who for who in PEOPLE if flags.place_of(KEY, who) < 5000}
    two = {who for who in PEOPLE if flags.place_of(OTHER, who) < 5000}
    assert 2300 < len(one & two) < 2700


def test_a_place_never_moves_with_a_release():
    assert [flags.place_of(KEY, who) for who in PEOPLE[:5]] == [6779, 8555, 9234, 9648, 6443]


@pytest.mark.django_db
def test_without_a_row_a_flag_is_as_its_definition_says():
    assert flags.is_on(KEY) is flags.FLAGS[KEY].default


@pytest.mark.django_db
def test_an_unknown_flag_is_a_mistake_of_the_program():
    with pytest.raises(KeyError):
        flags.is_on("no.such")
    with pytest.raises(KeyError):
        turn(key="no.such")


@pytest.mark.django_db
def test_off_is_off_at_once_and_on_again_too():
    assert flags.is_on(KEY)
    turn()
    assert not flags.is_on(KEY, user=make_user())
    turn(is_on=True)
    assert flags.is_on(KEY)


@pytest.mark.django_db
def test_a_group_has_what_others_have_not():
    group = Group.objects.create(name="testers")
    member, stranger = make_user(), make_user()
    member.groups.add(group)
    turn(group_ids=[group.pk])
    assert flags.is_on(KEY, user=member)
    assert not flags.is_on(KEY, user=stranger)
    assert not flags.is_on(KEY, user=AnonymousUser())
    assert not flags.is_on(KEY)


@pytest.mark.django_db
def test_a_share_is_of_people_and_visitors_and_never_of_nobody():
    turn(share_percent=50)
    inside = next(f"{n}" for n in range(100) if flags.place_of(KEY, f"visitor:{n}") < 5000)
    outside = next(f"{n}" for n in range(100) if flags.place_of(KEY, f"visitor:{n}") >= 5000)
    assert flags.is_on(KEY, visitor=inside)
    assert not flags.is_on(KEY, visitor=outside)
    assert not flags.is_on(KEY)  # a kept page is everybody's
    person = make_user()
    assert flags.is_on(KEY, user=person) == (flags.place_of(KEY, f"user:{person.pk}") < 5000)
    turn(share_percent=100)
    assert flags.is_on(KEY, user=person)


@pytest.mark.django_db
def test_a_change_is_written_down_with_before_and_after():
    staff = make_user()
    turn(staff, share_percent=10)
    line = AdminLog.objects.get(action="flags.change")
    assert line.actor == staff
    assert line.before == {"is_on": True, "share_percent": 0, "groups": []}
    assert line.after == {"is_on": False, "share_percent": 10, "groups": []}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"reason": ""}, SettingErrorCode.NO_REASON),
        ({"share_percent": 101}, SettingErrorCode.OUT_OF_BOUNDS),
        ({"is_on": True}, SettingErrorCode.NOTHING_CHANGES),
    ],
)
def test_what_cannot_be_set_is_refused(more, code):
    with pytest.raises(SettingError) as refusal:
        turn(**more)
    assert refusal.value.code == code


@pytest.mark.django_db
def test_many_questions_ask_the_database_twice_at_most(django_assert_max_num_queries):
    person = make_user()
    turn(share_percent=1)
    with django_assert_max_num_queries(2):
        for _time in range(20):
            flags.is_on(KEY, user=person)


@pytest.mark.django_db
def test_without_the_cache_the_database_is_asked(settings):
    turn()
    take_away(settings)
    assert not flags.is_on(KEY)
