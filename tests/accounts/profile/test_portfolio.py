"""Pieces of work: what may be put up, in which order, who sees it, and what moderators do."""

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse

from marketplace.accounts import services
from marketplace.accounts.errors import PortfolioError, PortfolioErrorCode
from marketplace.accounts.media import DOCUMENT_MEGABYTES, VIDEO_MEGABYTES
from marketplace.accounts.models import Portfolio, PortfolioMedia
from marketplace.accounts.models.portfolio import private_storage
from marketplace.accounts.services.portfolio import MEDIA_LIMIT, PIECE_LIMIT
from marketplace.core.errors import PictureError
from marketplace.moderation.models import AdminLog
from marketplace.notifications.models import Notification
from tests.accounts.profile.uploads import MP4, PDF, WEBM, picture, upload
from tests.factories import make_moderator, make_seller
from tests.logins import log_in

LINK = "https://www.example.com/case/1"


@pytest.fixture
def piece(seller):
    return services.create_piece(profile=seller.profile, title="茶馆招牌", uploads=[picture()])


def titles(profile) -> list[str]:
    return list(Portfolio.objects.filter(profile=profile).values_list("title", flat=True))


def test_a_piece_holds_pictures_films_documents_and_links(seller):
    files = [picture((2400, 1200)), upload(MP4, "a.bin"), upload(WEBM, "b.exe"), upload(PDF, "c.html")]
    piece = services.create_piece(profile=seller.profile, title="茶馆", uploads=files, link=LINK)
    media = list(piece.media.all())
    assert [medium.kind for medium in media] == ["image", "video", "video", "pdf", "link"]
    assert (media[0].width, media[0].height) == (1600, 800)
    # Whatever a file was called, here it has an ending that nothing runs.
    assert media[0].picture.name.endswith(".webp")
    assert [medium.video.name.rpartition(".")[2] for medium in media[1:3]] == ["mp4", "webm"]
    assert media[3].document.name.endswith(".pdf")
    assert private_storage().exists(media[3].document.name)
    assert not default_storage.exists(media[3].document.name)
    assert media[4].host == "example.com"


@pytest.mark.parametrize(
    ("file", "code"),
    [
        (upload(b"<script>alert(1)</script>", "film.mp4"), PortfolioErrorCode.VIDEO_UNREADABLE),
        (upload(b"RIFF0000AVI LIST", "film.avi"), PortfolioErrorCode.VIDEO_UNREADABLE),
        (upload(b"<html>", "paper.pdf"), PortfolioErrorCode.DOCUMENT_UNREADABLE),
        (upload(MP4 + b"0" * (VIDEO_MEGABYTES * 1024 * 1024), "a.mp4"), PortfolioErrorCode.VIDEO_TOO_LARGE),
        (upload(PDF + b"0" * (DOCUMENT_MEGABYTES * 1024 * 1024), "a.pdf"), PortfolioErrorCode.DOCUMENT_TOO_LARGE),
        (upload(b"<svg onload=alert(1)>", "a.svg"), "picture_unreadable"),
        (upload(b"MZ\x90\x00", "a.exe"), "picture_unreadable"),
    ],
    ids=["a page as a film", "an old film", "a page as a paper", "large film", "large paper", "svg", "program"],
)
def test_what_a_file_is_is_read_from_its_bytes(piece, file, code):
    with pytest.raises((PortfolioError, PictureError)) as refusal:
        services.add_media(piece=piece, uploads=[picture(), file])
    assert refusal.value.code == code
    assert piece.media.count() == 1


@pytest.mark.parametrize(
    "link",
    [
        "http://example.com/",
        "javascript:alert(1)",
        "https://user:word@example.com/",
        "https://127.0.0.1/",
        "https://localhost/",
        "https://[::1]/",
        "https://example.com:8443/",
        "data:text/html,x",
    ],
)
def test_a_link_leads_to_a_public_website(piece, link):
    with pytest.raises(PortfolioError) as refusal:
        services.add_media(piece=piece, link=link)
    assert refusal.value.code == PortfolioErrorCode.LINK_REFUSED
    assert piece.media.count() == 1


def test_of_a_refused_piece_no_file_stays_behind(seller, monkeypatch, tmp_path):
    assert default_storage.location  # the lazy object has become one
    monkeypatch.setitem(default_storage._wrapped.__dict__, "location", str(tmp_path))
    for number in range(PIECE_LIMIT):
        services.create_piece(profile=seller.profile, title=f"第{number}件", link=LINK)
    with pytest.raises(PortfolioError) as refusal:
        services.create_piece(profile=seller.profile, title="多一件", uploads=[picture()])
    assert refusal.value.code == PortfolioErrorCode.TOO_MANY_PIECES
    assert Portfolio.objects.filter(profile=seller.profile).count() == PIECE_LIMIT
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_piece_has_room_for_twelve(piece):
    services.add_media(piece=piece, uploads=[picture((9, 9)) for _number in range(MEDIA_LIMIT - 1)])
    for more in ({"link": LINK}, {"uploads": [picture((9, 9)) for _number in range(MEDIA_LIMIT)], "link": LINK}):
        with pytest.raises(PortfolioError) as refusal:
            services.add_media(piece=piece, **more)
        assert refusal.value.code == PortfolioErrorCode.TOO_MANY_MEDIA
    assert piece.media.count() == MEDIA_LIMIT


def test_pieces_are_moved_by_buttons_and_the_move_is_said(seller, seller_client):
    pieces = [services.create_piece(profile=seller.profile, title=name, link=LINK) for name in "甲乙丙"]
    address = reverse("accounts:piece_move", args=[pieces[2].pk])
    assert seller_client.post(address, {"to": "up"}).headers["Location"] == reverse("accounts:portfolio")
    assert titles(seller.profile) == ["甲", "丙", "乙"]
    part = seller_client.post(address, {"to": "up"}, headers={"HX-Request": "true"})
    assert titles(seller.profile) == ["丙", "甲", "乙"]
    assert "“丙”现在排在第1位。" in part.content.decode()
    seller_client.post(address, {"to": "up"})
    assert titles(seller.profile) == ["丙", "甲", "乙"]
    seller_client.post(address, {"to": "down"})
    assert titles(seller.profile) == ["甲", "丙", "乙"]


def test_dragging_sends_the_whole_order_and_strangers_pieces_do_not_count(seller, seller_client, piece):
    foreign = services.create_piece(profile=make_seller().profile, title="别人的", link=LINK)
    second = services.create_piece(profile=seller.profile, title="乙", link=LINK)
    third = services.create_piece(profile=seller.profile, title="丙", link=LINK)
    order = [str(third.pk), str(foreign.pk), "x", str(second.pk)]
    assert seller_client.post(reverse("accounts:pieces_order"), {"piece": order}).status_code == 200
    assert titles(seller.profile) == ["丙", "乙", "茶馆招牌"]
    foreign.refresh_from_db()
    assert foreign.position == 0


def test_media_are_moved_captioned_and_removed(seller, seller_client, piece, django_capture_on_commit_callbacks):
    first, film = piece.media.get(), services.add_media(piece=piece, uploads=[upload(MP4, "a.mp4")])[0]
    seller_client.post(reverse("accounts:medium_move", args=[film.pk]), {"to": "up"})
    assert list(piece.media.values_list("kind", flat=True)) == ["video", "image"]
    form = {"caption": "开门那天", "poster": picture((640, 360))}
    seller_client.post(reverse("accounts:medium_edit", args=[film.pk]), form)
    film.refresh_from_db()
    assert (film.caption, film.width, bool(film.picture)) == ("开门那天", 640, True)
    names = [film.picture.name, film.video.name]
    with django_capture_on_commit_callbacks(execute=True):
        seller_client.post(reverse("accounts:medium_remove", args=[film.pk]))
    assert list(piece.media.all()) == [first]
    assert not any(default_storage.exists(name) for name in names)


def test_a_piece_is_made_edited_and_deleted_by_the_pages(seller, seller_client, django_capture_on_commit_callbacks):
    new = reverse("accounts:piece_new")
    empty = seller_client.post(new, {"title": "茶馆", "description": "", "link": ""})
    assert "files" in empty.context["form"].errors
    wrong = seller_client.post(new, {"title": "茶馆", "description": "", "files": [upload(b"x", "a.pdf")]})
    assert "files" in wrong.context["form"].errors
    assert 'value="茶馆"' in wrong.content.decode()
    assert not Portfolio.objects.exists()
    form = {"title": "茶馆", "description": "手写招牌", "files": [picture(), upload(PDF, "b.pdf")], "link": LINK}
    seller_client.post(new, form)
    piece = Portfolio.objects.get()
    assert piece.media.count() == 3
    edit = reverse("accounts:piece_edit", args=[piece.pk])
    seller_client.post(edit, {"title": "茶馆招牌", "description": ""})
    assert seller_client.get(edit).status_code == 200
    piece.refresh_from_db()
    assert piece.title == "茶馆招牌"
    seller_client.post(reverse("accounts:media_add", args=[piece.pk]), {"link": LINK})
    assert piece.media.count() == 4
    delete = reverse("accounts:piece_delete", args=[piece.pk])
    assert seller_client.get(delete).status_code == 200
    assert Portfolio.objects.exists()
    document = piece.media.get(kind="pdf").document.name
    with django_capture_on_commit_callbacks(execute=True):
        seller_client.post(delete)
    assert not PortfolioMedia.objects.exists()
    assert not private_storage().exists(document)


def test_what_belongs_to_somebody_else_is_not_there(seller, buyer_client, piece):
    medium = piece.media.get()
    for name in ("piece_edit", "piece_delete"):
        assert buyer_client.get(reverse(f"accounts:{name}", args=[piece.pk])).status_code == 404
    for name in ("piece_edit", "piece_delete", "piece_move", "media_add"):
        form = {"title": "我的", "to": "up", "link": LINK}
        assert buyer_client.post(reverse(f"accounts:{name}", args=[piece.pk]), form).status_code == 404
    for name in ("medium_edit", "medium_move", "medium_remove"):
        assert buyer_client.post(reverse(f"accounts:{name}", args=[medium.pk]), {"caption": "x"}).status_code == 404
    piece.refresh_from_db()
    assert (piece.title, piece.media.count()) == ("茶馆招牌", 1)


def test_visitors_see_the_pieces_and_go_from_one_to_the_next(seller, piece, client):
    second = services.create_piece(profile=seller.profile, title="面馆", link=LINK)
    public = client.get(seller.profile.get_absolute_url()).content.decode()
    assert "茶馆招牌" in public
    page = client.get(piece.get_absolute_url()).content.decode()
    assert second.get_absolute_url() in page
    assert "<html" in page
    part = client.get(second.get_absolute_url(), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert 'rel="noopener nofollow ugc"' in part
    assert "example.com" in part
    assert client.get(reverse("accounts:piece", args=["somebody-else", piece.pk])).status_code == 404


def test_a_document_is_handed_out_and_never_run(seller, client):
    piece = services.create_piece(profile=seller.profile, title="画册", uploads=[upload(PDF, "a.pdf")])
    address = reverse("accounts:document", args=[piece.media.get().pk])
    response = client.get(address)
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response.headers["Content-Security-Policy"]
    assert b"".join(response.streaming_content) == PDF
    services.hide_piece(piece=piece, moderator=make_moderator(), reason="不是本人作品")
    assert client.get(address).status_code == 404


def test_a_hidden_piece_is_there_for_its_owner_only_who_reads_why(seller, seller_client, piece, client):
    moderator = make_moderator()
    with pytest.raises(PortfolioError) as refusal:
        services.hide_piece(piece=piece, moderator=moderator, reason=" ")
    assert refusal.value.code == PortfolioErrorCode.REASON_MISSING
    assert client.get(piece.get_absolute_url()).status_code == 200
    staff = log_in(moderator)
    assert "茶馆招牌" in staff.get(reverse("accounts_pieces")).content.decode()
    staff.post(reverse("accounts_piece_hide", args=[piece.pk]), {"reason": "不是本人作品"})
    assert client.get(piece.get_absolute_url()).status_code == 404
    assert "茶馆招牌" not in client.get(seller.profile.get_absolute_url()).content.decode()
    assert seller_client.get(piece.get_absolute_url()).status_code == 200
    assert "不是本人作品" in seller_client.get(reverse("accounts:portfolio")).content.decode()
    assert Notification.objects.get(recipient=seller).body == "不是本人作品"
    staff.post(reverse("accounts_piece_show", args=[piece.pk]))
    assert client.get(piece.get_absolute_url()).status_code == 200
    assert list(AdminLog.objects.order_by("pk").values_list("action", flat=True)) == [
        "accounts.portfolio.hidden",
        "accounts.portfolio.shown",
    ]


def test_only_moderators_hide_work(seller_client, piece):
    assert seller_client.get(reverse("accounts_pieces")).status_code != 200
    seller_client.post(reverse("accounts_piece_hide", args=[piece.pk]), {"reason": "x"})
    piece.refresh_from_db()
    assert piece.hidden_at is None
