"""Translating pages in the admin, side by side and by PO files: who may, what goes live, and how it follows its source."""

import json
import re
from html import unescape

import polib
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from wagtail.models import Locale, Page
from wagtail.rich_text import RichText
from wagtail_localize.models import StringSegment, Translation, TranslationSource

from cms_pages.errors import TranslationError, TranslationErrorCode
from cms_pages.models import FormPage, LandingIndexPage, LandingPage, StandardPage
from cms_pages.translating import require_live_source, submit_translation, translation_state
from marketplace.accounts.models import User
from marketplace.moderation.roles import EDITOR, MARKETER
from portal.roles import ensure_roles
from tests.cms_pages.test_checklist import make_topic
from tests.cms_pages.test_editors import staff
from tests.logins import log_in

ENGLISH = "Opening season"


@pytest.fixture
def groups(tree) -> dict:
    return ensure_roles()


@pytest.fixture
def marketer(groups) -> User:
    return staff(groups, MARKETER)


@pytest.fixture
def editor(groups) -> User:
    return staff(groups, EDITOR)


@pytest.fixture
def topic(groups) -> LandingPage:
    """A live Chinese page of two paragraphs."""
    body = [{"type": "paragraph", "value": "<p>两周做好一家店的招牌。</p><p>钱先托管。</p>"}]
    page = make_topic(LandingIndexPage.objects.get(locale__language_code="zh-hans"), *body)
    page.save_revision().publish()
    return LandingPage.objects.get(pk=page.pk)


@pytest.fixture(autouse=True)
def after_commit(django_capture_on_commit_callbacks):
    """wagtail-localize publishes after the commit."""
    with django_capture_on_commit_callbacks(execute=True):
        yield


def start(browser: Client, page: Page) -> Translation:
    """A writer sends a page for translation into English."""
    english = Locale.objects.get(language_code="en")
    answer = browser.post(
        reverse("wagtail_localize:submit_page_translation", args=[page.pk]), {"locales": [english.pk]}
    )
    translation = Translation.objects.get(source__object_id=page.translation_key, target_locale=english)
    assert answer["Location"] == reverse("wagtailadmin_pages:edit", args=[translation.get_target_instance().pk])
    return translation


def sources_shown(html: str) -> list[str]:
    """The texts that stand on the left of the side-by-side editor."""
    props = json.loads(unescape(re.search(r'class="js-translation-editor" data-props="([^"]*)"', html)[1]))
    return [segment["source"] for segment in props["segments"] if segment["type"] == "string"]


def segments(translation: Translation) -> list[StringSegment]:
    return list(translation.source.stringsegment_set.order_by("order"))


def put(browser: Client, translation: Translation, segment: StringSegment, words: str):
    """One text, as the side-by-side editor saves it."""
    address = reverse("wagtail_localize:edit_string_translation", args=[translation.pk, segment.pk])
    return browser.put(address, f"value={words}", content_type="application/x-www-form-urlencoded")


def translate(browser: Client, translation: Translation) -> None:
    for number, segment in enumerate(segments(translation)):
        words = {"title": ENGLISH, "slug": "opening"}.get(segment.context.path, f"English words {number}")
        assert put(browser, translation, segment, words).status_code in (200, 201)


def edit_page(translation: Translation) -> str:
    return reverse("wagtailadmin_pages:edit", args=[translation.get_target_instance().pk])


def english_address(translation: Translation) -> str:
    return translation.get_target_instance().url


def test_a_page_is_translated_side_by_side_submitted_by_the_marketer_and_published_by_the_editor(
    topic, marketer, editor, django_capture_on_commit_callbacks
) -> None:
    writer = log_in(marketer)
    translation = start(writer, topic)
    assert Client().get(english_address(translation)).status_code == 404  # a draft, in the source's words
    assert "钱先托管。" in sources_shown(writer.get(edit_page(translation)).content.decode())
    assert writer.post(edit_page(translation), {"action": "publish"}).status_code in (302, 403)
    translate(writer, translation)
    sent = writer.post(reverse("cms_translation_send", args=[translation.pk]), follow=True)
    assert translation.get_target_instance().workflow_in_progress
    assert reverse("cms_translation_send", args=[translation.pk]) not in sent.content.decode()
    assert Client().get(english_address(translation)).status_code == 404
    assert ENGLISH in log_in(editor).get(reverse("wagtailadmin_home")).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        log_in(editor).post(edit_page(translation), {"action": "publish"})
    html = Client().get(english_address(translation)).content.decode()
    assert ENGLISH in html
    assert "钱先托管" not in html
    assert f'hreflang="zh-Hans" href="{settings.SITE_URL}{topic.url}"' in html
    assert f'hreflang="en" href="{settings.SITE_URL}/en{topic.url}"' in Client().get(topic.url).content.decode()


def test_an_approval_puts_the_submitted_translation_live(topic, marketer, editor) -> None:
    writer = log_in(marketer)
    translation = start(writer, topic)
    translate(writer, translation)
    page = submit_translation(translation=translation, user=marketer)
    put(writer, translation, segments(translation)[0], "Sneaked in")
    state = page.current_workflow_task_state
    log_in(editor).post(
        reverse("wagtailadmin_pages:workflow_action", args=[page.pk, "approve", state.pk]), {"comment": ""}
    )
    html = Client().get(english_address(translation)).content.decode()
    assert ENGLISH in html
    assert "Sneaked in" not in html


def test_what_is_not_translated_whole_is_neither_submitted_nor_published(topic, marketer, editor) -> None:
    writer = log_in(marketer)
    translation = start(writer, topic)
    put(writer, translation, segments(translation)[0], ENGLISH)
    with pytest.raises(TranslationError) as refusal:
        submit_translation(translation=translation, user=marketer)
    assert refusal.value.code == TranslationErrorCode.NOT_WHOLE
    log_in(editor).post(edit_page(translation), {"action": "publish"})
    assert not translation.get_target_instance().live
    assert not translation.get_target_instance().workflow_in_progress


def test_the_checklist_stops_a_translation_too(topic, marketer, editor) -> None:
    from marketplace.gigs.models import AdvertisingWord

    assert AdvertisingWord.objects.get(word="国家级").is_blocking
    writer = log_in(marketer)
    translation = start(writer, topic)
    translate(writer, translation)
    put(writer, translation, segments(translation)[-1], "国家级")
    with pytest.raises(TranslationError) as refusal:
        submit_translation(translation=translation, user=marketer)
    assert refusal.value.code == TranslationErrorCode.STOPPED
    log_in(editor).post(edit_page(translation), {"action": "publish"})
    assert not translation.get_target_instance().live


def test_a_translation_is_with_the_editors_once(topic, marketer) -> None:
    translation = start(log_in(marketer), topic)
    translate(log_in(marketer), translation)
    submit_translation(translation=translation, user=marketer)
    with pytest.raises(TranslationError) as refusal:
        submit_translation(translation=translation, user=marketer)
    assert refusal.value.code == TranslationErrorCode.WAITING


def test_a_draft_is_not_sent_for_translation(groups, marketer) -> None:
    draft = make_topic(LandingIndexPage.objects.get(locale__language_code="zh-hans"))
    with pytest.raises(TranslationError) as refusal:
        require_live_source(draft)
    assert refusal.value.code == TranslationErrorCode.SOURCE_NOT_LIVE
    english = Locale.objects.get(language_code="en")
    log_in(marketer).post(
        reverse("wagtail_localize:submit_page_translation", args=[draft.pk]), {"locales": [english.pk]}
    )
    assert not TranslationSource.objects.exists()


def test_only_who_may_edit_a_page_sends_it_or_renews_its_translation(topic, marketer, editor) -> None:
    about = StandardPage.objects.filter(locale__language_code="zh-hans").first()
    Page.objects.get(translation_key=about.translation_key, locale__language_code="en").delete()
    address = reverse("wagtail_localize:submit_page_translation", args=[about.pk])
    english = Locale.objects.get(language_code="en")
    log_in(marketer).post(address, {"locales": [english.pk]})
    assert not TranslationSource.objects.exists()
    translation = start(log_in(editor), about)
    before = translation.source.last_updated_at
    renewing = reverse("wagtail_localize:update_translations", args=[translation.source_id])
    log_in(marketer).post(renewing)
    translation.source.refresh_from_db()
    assert translation.source.last_updated_at == before
    put(log_in(marketer), translation, segments(translation)[0], "Mine")
    assert translation.get_progress()[1] == 0


def test_renewing_never_publishes_what_is_not_translated(topic, marketer) -> None:
    writer = log_in(marketer)
    translation = start(writer, topic)
    answer = writer.post(
        reverse("wagtail_localize:update_translations", args=[translation.source_id]), {"publish_translations": "on"}
    )
    assert answer.status_code == 302
    assert not translation.get_target_instance().live


def test_a_translation_is_outdated_once_its_source_changed_and_visitors_see_the_earlier_text(
    topic, editor, django_capture_on_commit_callbacks
) -> None:
    browser = log_in(editor)
    translation = start(browser, topic)
    translate(browser, translation)
    with django_capture_on_commit_callbacks(execute=True):
        browser.post(edit_page(translation), {"action": "publish"})
    translation = Translation.objects.get(pk=translation.pk)
    assert not translation_state(translation).is_outdated
    topic.body.append(("paragraph", RichText("<p>再送一张名片。</p>")))
    topic.save_revision().publish()
    state = translation_state(Translation.objects.get(pk=translation.pk))
    assert (state.is_outdated, state.missing) == (True, 1)
    html = browser.get(edit_page(translation)).content.decode()
    assert "再送一张名片。" in sources_shown(html)
    assert "还有1段没有翻译" in html
    live = Client().get(english_address(translation)).content.decode()
    assert "再送一张名片" not in live
    assert ENGLISH in live


def test_a_translation_goes_out_as_a_po_file_and_comes_back(topic, marketer) -> None:
    writer = log_in(marketer)
    translation = start(writer, topic)
    answer = writer.get(reverse("wagtail_localize:download_pofile", args=[translation.pk]))
    assert answer["Content-Type"].startswith("text/x-gettext-translation")
    catalogue = polib.pofile(answer.content.decode())
    assert "钱先托管。" in {entry.msgid for entry in catalogue}
    for number, entry in enumerate(catalogue):
        entry.msgstr = "opening" if entry.msgctxt == "slug" else f"By post {number}"
    upload = SimpleUploadedFile("en.po", str(catalogue).encode())
    writer.post(reverse("wagtail_localize:upload_pofile", args=[translation.pk]), {"file": upload})
    assert translation_state(translation).missing == 0
    page = submit_translation(translation=translation, user=marketer)
    assert page.title.startswith("By post")


def test_a_po_file_of_another_translation_is_refused(topic, marketer, editor) -> None:
    writer = log_in(marketer)
    translation = start(writer, topic)
    text = writer.get(reverse("wagtail_localize:download_pofile", args=[translation.pk])).content.decode()
    foreign = SimpleUploadedFile("en.po", text.replace(str(translation.uuid), "0" * 36).encode())
    writer.post(reverse("wagtail_localize:upload_pofile", args=[translation.pk]), {"file": foreign})
    assert translation.get_progress()[1] == 0


@pytest.mark.parametrize("model", [LandingPage, FormPage])
def test_every_text_of_every_block_is_translated_with_its_page(groups, editor, model) -> None:
    source = model.objects.filter(locale__language_code="zh-hans").last()
    Page.objects.get(translation_key=source.translation_key, locale__language_code="en").delete()
    browser = log_in(editor)
    translation = start(browser, source)
    assert leftovers(translation.source.get_ephemeral_translated_instance(translation.target_locale, fallback=True))
    translate(browser, translation)
    translated = translation.source.get_ephemeral_translated_instance(translation.target_locale)
    assert leftovers(translated) == []


def leftovers(page: Page) -> list[str]:
    """Chinese in what people read on the page."""
    from cms_pages.page_pieces import pieces_of

    texts = [piece.text for piece in pieces_of(page) if piece.text]
    if isinstance(page, FormPage):
        texts += [field.label for field in page.form_fields.all()]
    return [text for text in texts if re.search(r"[一-鿿]", text)]
