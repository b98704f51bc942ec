"""The addresses that the script speaks to."""

import io
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from marketplace.uploads import services, tasks
from marketplace.uploads.handlers import LimitedFileHandler
from marketplace.uploads.models import Upload
from marketplace.uploads.states import UploadState
from tests.factories import make_seller
from tests.uploads import files
from tests.uploads.conftest import names

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folders", "desk")]
COLLECTION = "/uploads/"
JSON = {"Accept": "application/json"}


@pytest.fixture
def other_client():
    client = Client()
    client.force_login(make_seller(), backend="django.contrib.auth.backends.ModelBackend")
    return client


def announce(client, content: bytes, *, name="a.jpg", **changes):
    values = {"purpose": "tests", "subject": "form:1", "name": name, "size": len(content), "modified_ms": 1_000}
    return client.post(COLLECTION, values | changes, headers=JSON)


def post_file(client, told, content: bytes, **extra):
    file = SimpleUploadedFile("whatever.bin", content)
    return client.post(told["target"]["url"], {**told["target"]["fields"], "file": file}, **extra)


def test_a_file_goes_from_its_announcement_to_a_picture(
    seller_client, folders, django_capture_on_commit_callbacks, monkeypatch
):
    asked = []
    monkeypatch.setattr(tasks.look_into, "delay", asked.append)
    content = files.picture()
    told = announce(seller_client, content).json()
    assert (told["state"], told["kind"]) == ("declared", "image")
    assert post_file(seller_client, told, content).status_code == 201
    with django_capture_on_commit_callbacks(execute=True):
        assert seller_client.post(told["finish"], headers=JSON).json()["state"] == "received"
    upload = Upload.objects.get()
    assert asked == [upload.pk]
    tasks.look_into(upload.pk)
    (row,) = seller_client.get(COLLECTION, {"purpose": "tests", "subject": "form:1"}).json()["uploads"]
    upload.refresh_from_db()
    assert row["state"] == "ready"
    assert row["picture"] == f"/media/{upload.renditions[0]['webp']}"
    assert "incoming" not in str(row)
    assert seller_client.get(COLLECTION, {"purpose": "tests", "subject": "form:2"}).json() == {"uploads": []}


def test_the_same_file_chosen_again_goes_on_where_it_was(seller_client):
    content = files.picture()
    first = announce(seller_client, content).json()
    again = announce(seller_client, content).json()
    assert (again["key"], "target" in again) == (first["key"], True)
    post_file(seller_client, again, content)
    seller_client.post(again["finish"], headers=JSON)
    third = announce(seller_client, content).json()
    assert (third["key"], third["state"], "target" in third) == (first["key"], "received", False)
    assert announce(seller_client, content, modified_ms=2_000).json()["key"] != first["key"]


def test_nobody_sees_or_touches_an_upload_of_somebody_else(seller_client, other_client, folders):
    content = files.picture()
    told = announce(seller_client, content).json()
    assert post_file(other_client, told, content).status_code == 404
    assert other_client.post(told["finish"]).status_code == 404
    assert other_client.post(told["discard"]).status_code == 404
    assert other_client.get(COLLECTION, {"purpose": "tests", "subject": "form:1"}).json() == {"uploads": []}
    assert names(folders) == set()
    assert Upload.objects.get().state == UploadState.DECLARED
    # ... and announcing the same file makes one of their own.
    assert announce(other_client, content).json()["key"] != told["key"]


def test_a_refusal_is_a_sentence_for_the_script_to_show(seller_client):
    answer = announce(seller_client, b"", name="空.jpg", size=10 * 1024**3)
    assert answer.status_code == 409
    assert answer.json()["code"] == "too_large"
    assert "空.jpg" in answer.json()["message"]
    assert not Upload.objects.exists()


@pytest.mark.parametrize("changes", [{"purpose": "nobody's"}, {"size": "much"}, {"name": ""}, {"size": 2**70}])
def test_what_no_page_of_ours_sends_is_refused(seller_client, changes):
    assert announce(seller_client, b"x", **changes).status_code == 400
    assert not Upload.objects.exists()


def test_reading_stops_where_the_announced_size_ends(seller_client, folders):
    told = announce(seller_client, b"x" * 1000).json()
    answer = post_file(seller_client, told, b"x" * 3_000_000, headers=JSON)
    assert answer.json()["code"] == "too_large"
    assert names(folders) == set()
    assert Upload.objects.get().state == UploadState.DECLARED


@pytest.mark.parametrize("action", ["upload", "upload_finish"])
def test_who_announces_or_finishes_too_many_is_told_to_wait(seller_client, settings, action):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {action: "1/h/user"}
    content = files.picture()
    told = [announce(seller_client, content, name=f"{number}.jpg") for number in range(2)]
    if action == "upload_finish":
        for answer in told:
            post_file(seller_client, answer.json(), content)
        told = [seller_client.post(answer.json()["finish"], headers=JSON) for answer in told]
    assert [answer.status_code for answer in told] == [201 if action == "upload" else 200, 409]
    assert (told[1].json()["code"], "1.jpg" in told[1].json()["message"]) == ("too_often", True)
    states = {"upload": ["declared"], "upload_finish": ["received", "declared"]}
    assert list(Upload.objects.order_by("pk").values_list("state", flat=True)) == states[action]


def test_the_handler_reads_no_further_than_its_limit():
    from django.core.files.uploadhandler import StopUpload

    handler = LimitedFileHandler(limit=100)
    handler.file_name = handler.content_type = handler.content_length = handler.charset = handler.content_type_extra = (
        None
    )
    handler.file = io.BytesIO()
    handler.receive_data_chunk(b"x" * 100, 0)
    with pytest.raises(StopUpload) as stopped:
        handler.receive_data_chunk(b"x", 100)
    assert stopped.value.connection_reset
    assert handler.file.getvalue() == b"x" * 100


def test_bytes_without_the_token_of_the_page_are_refused(seller, folders):
    client = Client(enforce_csrf_checks=True)
    client.force_login(seller, backend="django.contrib.auth.backends.ModelBackend")
    upload = services.declare_upload(owner=seller, purpose=_desk_purpose(), subject="form:1", name="a.jpg", size=3)
    answer = client.post(reverse("uploads:receive", args=[upload.key]), {"file": SimpleUploadedFile("a.jpg", b"abc")})
    assert answer.status_code == 403
    assert names(folders) == set()


def test_what_is_let_go_of_is_gone_with_its_files(seller_client, folders, django_capture_on_commit_callbacks):
    content = files.picture()
    told = announce(seller_client, content).json()
    post_file(seller_client, told, content)
    assert names(folders / "private") != set()
    with django_capture_on_commit_callbacks(execute=True):
        assert seller_client.post(told["discard"]).status_code == 204
    assert names(folders) == set()
    assert not Upload.objects.exists()
    assert seller_client.post(told["discard"]).status_code == 404


def test_nothing_in_quarantine_has_an_address(sent, seller_client, folders):
    upload = sent("page.jpg", b"<html><script>alert(1)</script></html>")
    for address in (f"/media/{upload.storage_name}", f"/{upload.storage_name}/", f"/uploads/{upload.key}/"):
        assert seller_client.get(address).status_code == 404
    (row,) = seller_client.get(COLLECTION, {"purpose": "tests", "subject": "form:1"}).json()["uploads"]
    assert row["picture"] == ""
    assert "page.jpg" in row["message"]


def test_an_address_that_is_nobodys_is_not_there(seller_client):
    for name in ("receive", "finish", "discard"):
        assert seller_client.post(reverse(f"uploads:{name}", args=[uuid4()])).status_code == 404


def _desk_purpose():
    from marketplace.uploads.purposes import get_purpose

    return get_purpose("tests")
