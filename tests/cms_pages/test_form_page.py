"""A form of the editors: consent, programs kept out, entries for marketers alone and for a stated time."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.core import signing
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from wagtail.contrib.forms.models import FormSubmission

from cms_pages.form_guard import FASTEST_SECONDS, LONGEST_SECONDS
from cms_pages.models import FormPage, LandingPage
from cms_pages.tasks import forget_form_entries
from marketplace.core import clock
from marketplace.moderation.roles import MARKETER
from portal.roles import ensure_roles
from tests import factories
from tests.logins import log_in

SECRET = "茶饮店要一套菜单"


@pytest.fixture
def form(tree) -> FormPage:
    cache.clear()  # how often this address has sent something
    return FormPage.objects.get(locale__language_code="zh-hans")


def opened(seconds_ago: int) -> str:
    """What the form holds when its page was opened so long ago."""
    import time
    from unittest import mock

    with mock.patch.object(time, "time", return_value=time.time() - seconds_ago):
        return signing.dumps(1, salt="cms_pages.form")


def answers(page: FormPage, **changes: str) -> dict[str, str]:
    """A filled form, opened a minute ago."""
    values = dict(
        zip([field.clean_name for field in page.form_fields.all()], ["林小满", "lin@example.com", SECRET], strict=True)
    )
    return {**values, "guard_consent": "on", "guard_website": "", "guard_opened": opened(60), **changes}


def test_a_form_keeps_the_answers_with_the_words_that_were_consented_to(form, client: Client) -> None:
    response = client.post(form.url, answers(form))
    assert response.status_code == 302
    kept = FormSubmission.objects.get().get_data()
    assert SECRET in kept.values()
    assert kept["consented_to"] == form.consent
    assert not [name for name in kept if name.startswith("guard_")]
    assert "收到了" in client.get(response["Location"]).content.decode()


def test_nothing_is_kept_without_consent(form, client: Client) -> None:
    response = client.post(form.url, answers(form, guard_consent=""))
    assert response.status_code == 200
    assert "field__error" in response.content.decode()
    assert SECRET in response.content.decode()
    assert not FormSubmission.objects.exists()


@pytest.mark.parametrize(
    "changes", [{"guard_website": "https://spam.example"}, {"guard_opened": "now"}], ids=["unseen field", "too fast"]
)
def test_a_program_is_thanked_and_nothing_is_kept(form, client: Client, changes) -> None:
    if changes.get("guard_opened"):
        changes = {"guard_opened": opened(FASTEST_SECONDS - 2)}
    assert client.post(form.url, answers(form, **changes)).status_code == 302
    assert not FormSubmission.objects.exists()


@pytest.mark.parametrize("mark", ["forged", "old"])
def test_a_page_that_is_too_old_is_shown_again_with_what_was_written(form, client: Client, mark: str) -> None:
    value = opened(LONGEST_SECONDS + 60) if mark == "old" else "forged"
    html = client.post(form.url, answers(form, guard_opened=value)).content.decode()
    assert SECRET in html
    assert not FormSubmission.objects.exists()
    fresh = html.split('name="guard_opened" value="')[1].split('"')[0]
    assert fresh != value, "sent once more it must go through"


def test_an_address_that_sends_again_and_again_is_stopped(form, client: Client) -> None:
    codes = [client.post(form.url, answers(form)).status_code for _number in range(11)]
    assert codes == [302] * 10 + [429]
    assert FormSubmission.objects.count() == 10


def test_within_a_page_the_form_is_a_part_that_no_cache_keeps(form, client: Client) -> None:
    landing = LandingPage.objects.get(slug="year-end", locale__language_code="zh-hans")
    html = client.get(landing.url).content.decode()
    assert f'hx-get="{form.url}"' in html
    assert "csrfmiddlewaretoken" not in html.split("<main")[1].split("</main>")[0]
    part = client.get(form.url, headers={"HX-Request": "true"})
    assert "no-store" in part["Cache-Control"]
    assert "<html" not in part.content.decode()
    assert "guard_opened" in part.content.decode()
    done = client.post(form.url, answers(form), headers={"HX-Request": "true"})
    assert "收到了" in done.content.decode()
    assert FormSubmission.objects.count() == 1


def test_a_form_that_is_taken_down_leaves_the_page(form, client: Client) -> None:
    landing = LandingPage.objects.get(slug="year-end", locale__language_code="zh-hans")
    form.unpublish()
    assert form.url not in client.get(landing.url).content.decode()


def test_entries_are_seen_by_marketers_and_by_no_other_staff(form, client: Client) -> None:
    client.post(form.url, answers(form))
    address = reverse("wagtailforms:list_submissions", args=[form.pk])
    marketers, others = ensure_roles()[MARKETER], Group.objects.create(name="o-of-the-test")
    from django.contrib.auth.models import Permission

    others.permissions.add(Permission.objects.get(codename="access_admin"))
    for group, sees in ((marketers, True), (others, False)):
        user = factories.make_user(name=group.name, is_staff=True)
        user.groups.add(group)
        browser = Client()
        log_in(user, client=browser)
        response = browser.get(address)
        assert (response.status_code == 200 and SECRET in response.content.decode()) == sees, group


def test_old_entries_are_forgotten_after_the_time_the_form_states(form, client: Client) -> None:
    client.post(form.url, answers(form))
    form.keep_days = 30
    form.save()
    FormSubmission.objects.update(submit_time=clock.now() - timedelta(days=29))
    assert forget_form_entries() == 0
    FormSubmission.objects.update(submit_time=clock.now() - timedelta(days=31))
    assert forget_form_entries() == 1
    assert not FormSubmission.objects.exists()
