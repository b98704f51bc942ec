"""Who is found by what, and why; segments; lists that are taken out; the stream of what happened with somebody."""

from datetime import timedelta

import pytest
from django.urls import reverse

from marketplace.accounts import services
from marketplace.accounts.models import BrowserUse, NewDevice, SellerLevelChoice, User
from marketplace.core import clock
from marketplace.moderation import people_segments
from marketplace.moderation.errors import PeopleError, PeopleErrorCode
from marketplace.moderation.models import AdminLog, Segment
from marketplace.moderation.people_search import find_people
from marketplace.moderation.people_timeline import timeline
from marketplace.moderation.roles import ensure_roles
from marketplace.payments.models import Payment
from tests.factories import make_completed_order, make_gig, make_moderator, make_seller, make_user
from tests.logins import log_in

pytestmark = pytest.mark.django_db


def staff_of(role: str) -> User:
    user = make_user(name=f"同事{role}")
    user.groups.add(ensure_roles()[role])
    return User.objects.get(pk=user.pk)


def found(words: str, staff: User) -> dict[int, list[str]]:
    return find_people({"q": words}, staff=staff).reasons


def test_an_order_number_finds_both_sides_and_says_why():
    order = make_completed_order()
    reasons = found(order.number.lower(), staff_of("support"))
    assert set(reasons) == {order.buyer_id, order.seller_id}
    assert reasons[order.buyer_id] != reasons[order.seller_id]
    assert all(order.number in reason for one in reasons.values() for reason in one)


def test_what_a_member_of_staff_may_not_see_finds_nobody():
    order = make_completed_order()
    assert found(order.number, staff_of("marketer")) == {}
    payment = Payment.objects.create(
        order=order, gateway="alipay", out_trade_no="PM00000000000000000000000001", amount_fen=1, expires_at=clock.now()
    )
    assert found(payment.out_trade_no, staff_of("moderator")) == {}
    assert list(found(payment.out_trade_no, staff_of("support"))) == [order.buyer_id]


def test_handle_key_service_and_end_of_the_number_find_somebody():
    seller = make_seller(name="林青山", phone="+8613800138271")
    gig = make_gig(seller=seller)
    staff = make_moderator()
    for words in (
        seller.profile.handle,
        f"@{seller.profile.handle}",
        f"#{seller.pk}",
        f"gig:{gig.pk}",
        gig.slug,
        "8271",
    ):
        assert seller.pk in found(words, staff), words
    assert seller.pk not in found("9999", staff)


def test_addresses_and_browsers_find_somebody_for_who_may_sign_people_out():
    person = make_user()
    NewDevice.objects.create(user=person, at=clock.now(), ip="203.0.113.9", user_agent="x")
    BrowserUse.objects.create(user=person, browser="ab12" * 16, first_used_at=clock.now(), last_used_at=clock.now())
    for words in ("203.0.113.9", "ab12ab12"):
        assert list(found(words, staff_of("moderator"))) == [person.pk]
        assert found(words, staff_of("finance")) == {}


def test_filters_leave_whom_they_name():
    staff = make_moderator()
    top = make_seller(level=SellerLevelChoice.TWO)
    order = make_completed_order()
    old = make_user()
    User.objects.filter(pk=old.pk).update(date_joined=clock.now() - timedelta(days=400), last_login=clock.now())
    yesterday = (clock.now() - timedelta(days=1)).date()

    def keys(**criteria: object) -> set[int]:
        return set(find_people(criteria, staff=staff).people.values_list("pk", flat=True))

    assert keys(level="level_2") == {top.pk}
    assert keys(orders="bought") == {order.buyer_id}
    assert keys(orders="sold") == {order.seller_id}
    assert order.buyer_id not in keys(orders="none")
    assert old.pk not in keys(joined_from=yesterday)
    assert keys(joined_until=yesterday) == {old.pk}
    assert keys(seen="7") >= {old.pk}
    assert old.pk not in keys(seen="-30")
    assert top.pk in keys(place="浙江")
    assert keys(strikes="yes") == set()
    assert keys(verified="yes") == set()


def test_a_segment_is_kept_shared_renamed_and_deleted_by_its_owner_alone():
    owner, colleague = make_moderator(), make_moderator()
    segment = people_segments.save_segment(staff=owner, name="二级", criteria={"level": "level_2"}, is_shared=False)
    assert list(people_segments.segments_for(colleague)) == []
    with pytest.raises(PeopleError) as refusal:
        people_segments.save_segment(staff=owner, name="二级", criteria={}, is_shared=False)
    assert refusal.value.code == PeopleErrorCode.NAME_TAKEN
    people_segments.rename_segment(segment=segment, staff=owner, name="二级服务商", is_shared=True)
    assert list(people_segments.segments_for(colleague)) == [segment]
    client = log_in(colleague)
    assert client.post(reverse("people_segment_delete", args=[segment.pk])).status_code == 404
    log_in(owner).post(reverse("people_segment_delete", args=[segment.pk]))
    assert not Segment.objects.exists()
    line = AdminLog.objects.get(action="segment.rename")
    assert (line.before["name"], line.after["name"]) == ("二级", "二级服务商")


def test_a_search_is_kept_from_the_page_with_what_was_asked_for():
    moderator = make_moderator()
    client = log_in(moderator)
    client.post(reverse("people_segment_save") + "?level=level_2&q=%E9%9D%92", {"name": "青", "is_shared": "on"})
    segment = Segment.objects.get()
    assert segment.criteria == {"q": "青", "level": "level_2"}
    page = client.get(reverse("people"), segment.criteria).content.decode()
    assert "people-segments__one--chosen" in page


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_list_leaves_the_portal_with_a_reason_and_without_whole_contacts(ending):
    person = make_user(name="林青山", email="lin@example.com", phone="+8613800138000")
    client = log_in(staff_of("administrator"))
    address = reverse("people_export") + "?q=%E6%9E%97%E9%9D%92"
    assert client.post(address, {"ending": ending}).status_code == 302
    assert not AdminLog.objects.filter(action="people.export").exists()
    answer = client.post(address, {"ending": ending, "why": "回访"})
    body = b"".join(answer.streaming_content)
    if ending == "csv":
        assert str(person.pk) in body.decode()
        assert "lin@example.com" not in body.decode()
        assert "13800138000" not in body.decode()
    line = AdminLog.objects.get(action="people.export")
    assert (line.data["reason"], line.data["people"], line.data["whole_contacts"]) == ("回访", 1, False)
    assert line.data["criteria"] == {"q": "林青"}


def test_whole_contacts_are_in_the_list_where_asked_for_and_noted():
    make_user(name="林青山", email="lin@example.com")
    client = log_in(staff_of("administrator"))
    answer = client.post(
        reverse("people_export") + "?q=%E6%9E%97%E9%9D%92", {"ending": "csv", "why": "回访", "whole": "on"}
    )
    assert "lin@example.com" in b"".join(answer.streaming_content).decode()
    assert AdminLog.objects.get(action="people.export").data["whole_contacts"] is True


def test_moderators_take_no_lists_out():
    assert log_in(make_moderator()).post(reverse("people_export"), {"ending": "csv", "why": "x"}).status_code == 302
    assert not AdminLog.objects.filter(action="people.export").exists()


def test_the_stream_tells_what_a_role_may_see_newest_first():
    order = make_completed_order()
    moderator, marketer = make_moderator(), staff_of("marketer")
    services.sign_out_by_staff(user_id=order.buyer_id, staff=moderator)
    ahead = clock.now() + timedelta(days=1)
    seen = timeline(order.buyer, staff=User.objects.get(pk=moderator.pk), before=ahead)
    kinds = [item.kind for item in seen.items]
    assert {"account", "order", "staff"} <= set(kinds)
    assert [item.at for item in seen.items] == sorted((item.at for item in seen.items), reverse=True)
    assert any(order.number in item.details for item in seen.items)
    assert timeline(order.buyer, staff=marketer, before=ahead).items == []
    only = timeline(order.buyer, staff=User.objects.get(pk=moderator.pk), before=ahead, kind="order")
    assert {item.kind for item in only.items} == {"order"}


def test_the_stream_goes_on_where_a_page_ends():
    person, moderator = make_user(), staff_of("moderator")
    for number in range(45):
        NewDevice.objects.create(
            user=person, at=clock.now() - timedelta(hours=number), ip="203.0.113.9", user_agent=f"x{number}"
        )
    first = timeline(person, staff=moderator, before=clock.now() + timedelta(days=1), kind="login")
    rest = timeline(person, staff=moderator, before=first.before, kind="login")
    assert (len(first.items), len(rest.items), rest.before) == (40, 5, None)
    client = log_in(moderator)
    page = client.get(reverse("people_timeline", args=[person.pk]), {"before": first.before.isoformat()})
    assert page.status_code == 200


@pytest.mark.parametrize("words", ["13800138000", "lin@example.com", "203.0.113.7"])
def test_a_segment_keeps_nobodys_number_or_address(words):
    with pytest.raises(PeopleError) as refusal:
        people_segments.save_segment(staff=make_moderator(), name="一人", criteria={"q": words}, is_shared=True)
    assert refusal.value.code == PeopleErrorCode.SEGMENT_OF_ONE
    assert not Segment.objects.exists()


def test_more_digits_than_a_masked_number_shows_find_nobody_for_who_may_not_see_it():
    person, nobody = make_user(phone="+8613800138000"), make_user()
    assert person.pk in found("8000", nobody)
    assert person.pk not in found("138000", nobody)
    assert person.pk in found("138000", staff_of("support"))
