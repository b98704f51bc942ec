"""Files go the way of all uploads, are shown as what they are, and are for the people of the conversation alone."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from marketplace.messaging import services
from marketplace.messaging.frames import message_frame
from marketplace.messaging.models import Message, MessageAttachment
from marketplace.messaging.selectors import message_with_files
from marketplace.messaging.sent_files import MESSAGE, subject_of
from marketplace.uploads.errors import UploadError
from marketplace.uploads.models import Upload
from marketplace.uploads.services import take_file
from tests.messaging.test_services import say, stored_files
from tests.orders.changing import picture

pytestmark = pytest.mark.django_db


def uploaded(conversation, owner, name="需求.txt", content=b"text"):
    file = SimpleUploadedFile(name, content)
    return take_file(owner=owner, purpose=MESSAGE, subject=subject_of(conversation.pk), file=file)


def test_what_was_sent_ahead_goes_with_the_message_once(client: Client, conversation, buyer):
    upload = uploaded(conversation, buyer)
    client.force_login(buyer)
    client.post(conversation.get_absolute_url(), {"body": "", "sent": [upload.key.hex]})
    attachment = MessageAttachment.objects.get()
    assert (attachment.name, attachment.size, attachment.sha256) == ("需求.txt", 4, upload.checksum)
    again = client.post(conversation.get_absolute_url(), {"body": "再来", "sent": [upload.key.hex]})
    assert again.status_code == 422
    assert Message.objects.count() == 1


def test_nobody_sends_what_another_has_uploaded_or_what_is_for_another_conversation(
    conversation, buyer, seller, stranger
):
    elsewhere = services.start_conversation(buyer=buyer, seller=stranger) if stranger.is_seller else None
    foreign = uploaded(conversation, seller)
    with pytest.raises(UploadError):
        services.send_message(conversation_id=conversation.pk, sender=buyer, body="", uploads=[foreign])
    assert elsewhere is None or not Message.objects.filter(conversation=elsewhere).exists()
    assert not Message.objects.exists()
    assert Upload.objects.get().attached_at is None


def test_a_stranger_may_announce_nothing_for_a_conversation(client: Client, conversation, stranger):
    client.force_login(stranger)
    asked = {"purpose": MESSAGE.key, "subject": subject_of(conversation.pk), "name": "a.txt", "size": 3}
    answer = client.post(reverse("uploads:collection"), asked)
    assert answer.status_code >= 400
    assert not Upload.objects.exists()


def test_a_program_is_refused_and_nothing_of_it_stays(conversation, buyer, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(UploadError):
        say(conversation, buyer, files=[SimpleUploadedFile("报价.exe", b"MZ\x90")])
    assert not Message.objects.exists()
    assert stored_files() == []


def test_a_picture_is_drawn_anew_for_the_page_and_opens_with_its_neighbours(
    client: Client, conversation, buyer, seller
):
    first = say(conversation, buyer, files=[picture(name="门店.jpg")]).attachments.get()
    second = say(conversation, seller, files=[picture(name="草图.jpg")]).attachments.get()
    assert first.kind == "image"
    client.force_login(seller)
    shown = client.get(reverse("messaging:preview", args=[first.pk]))
    assert (shown.status_code, shown["Content-Type"], shown["X-Content-Type-Options"]) == (200, "image/webp", "nosniff")
    assert reverse("messaging:picture", args=[first.pk]) in client.get(conversation.get_absolute_url()).content.decode()
    page = client.get(reverse("messaging:picture", args=[first.pk]), headers={"HX-Request": "true"}).content.decode()
    assert reverse("messaging:picture", args=[second.pk]) in page
    assert "<html" not in page
    frame = message_frame(message_with_files(first.message_id), conversation)
    assert frame["files"][0]["preview_url"] == reverse("messaging:preview", args=[first.pk])


def test_a_voice_message_plays_and_nothing_else_does(client: Client, conversation, buyer):
    voice = say(conversation, buyer, files=[SimpleUploadedFile("voice-1.webm", b"\x1aE\xdf\xa3")]).attachments.get()
    page = say(conversation, buyer, files=[SimpleUploadedFile("页面.html", b"<script>")]).attachments.get()
    assert (voice.kind, page.kind) == ("audio", "file")
    client.force_login(buyer)
    played = client.get(reverse("messaging:voice", args=[voice.pk]))
    assert (played["Content-Type"], played["X-Content-Type-Options"]) == ("audio/webm", "nosniff")
    for name in ("voice", "preview", "picture"):
        assert client.get(reverse(f"messaging:{name}", args=[page.pk])).status_code == 404


def test_files_of_a_conversation_are_for_its_people(client: Client, conversation, buyer, stranger):
    file = say(conversation, buyer, files=[picture(name="门店.jpg")]).attachments.get()
    voice = say(conversation, buyer, files=[SimpleUploadedFile("voice-1.ogg", b"OggS")]).attachments.get()
    client.force_login(stranger)
    for name, pk in (("attachment", file.pk), ("preview", file.pk), ("picture", file.pk), ("voice", voice.pk)):
        assert client.get(reverse(f"messaging:{name}", args=[pk])).status_code == 404


def test_a_file_that_a_message_needs_is_not_collected(conversation, buyer):
    file = say(conversation, buyer, files=[picture(name="门店.jpg")]).attachments.get()
    needed = MESSAGE.still_used(buyer.pk)
    assert needed == {str(file.file.name), *(size["webp"] for size in file.previews)}
