"""People with papers. The numbers are nobody's: sequence number 000 (characters 15 to 17) is never given out."""

from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.core.files.storage import Storage, storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image
from stdnum.cn import ric, uscc

from marketplace.accounts import services
from marketplace.accounts.errors import VerificationError
from marketplace.accounts.models import PaperKind, User, UserVerification, VerificationPaper
from marketplace.accounts.papers import Paper, read_paper
from marketplace.moderation.models import AdminLog
from tests.factories import make_moderator, make_seller


def number_born(born: date, *, place: str = "330106", sequence: str = "000") -> str:
    """An identity number of somebody born on this day."""
    head = f"{place}{born:%Y%m%d}{sequence}"
    return head + ric.calc_check_digit(head + "0")


def credit_code(number: int = 1) -> str:
    """A unified social credit code, made up."""
    head = f"91330100MADEM{number:04d}"
    return head + uscc.calc_check_digit(head)


NUMBER = number_born(date(1990, 3, 7))


def picture(*, size: tuple[int, int] = (900, 600), form: str = "JPEG", name: str = "card.jpg", **options: Any):
    """A photograph as a browser uploads it."""
    buffer = BytesIO()
    Image.new("RGB", size, "#b93e2b").save(buffer, form, **options)
    return SimpleUploadedFile(name, buffer.getvalue(), content_type="image/jpeg")


def both_sides() -> dict[PaperKind, Paper]:
    """A card, photographed."""
    return {PaperKind.IDENTITY_FRONT: read_paper(picture()), PaperKind.IDENTITY_BACK: read_paper(picture())}


def hand_in(user: User, *, number: str = NUMBER, valid_until: date | None = None, name: str = "林青山"):
    """The person hands in an identity card, long-term unless a day is named."""
    return services.submit_real_name(user=user, name=name, number=number, valid_until=valid_until, papers=both_sides())


def hand_in_company(user: User, *, code: str = ""):
    """The person hands in a licence."""
    return services.submit_company(
        user=user,
        company_name="杭州青禾品牌设计有限公司",
        code=code or credit_code(),
        representative="林青山",
        valid_until=None,
        papers={PaperKind.LICENCE: read_paper(picture())},
    )


def approve(case: UserVerification, moderator: User) -> UserVerification:
    """A moderator finds the papers in order, as long as they say."""
    return services.approve_verification(verification_id=case.pk, moderator=moderator, valid_until=case.valid_until)


def refused(act: Callable[..., Any], *values: Any, **more: Any) -> VerificationError:
    """The refusal that this ends in."""
    with pytest.raises(VerificationError) as refusal:
        act(*values, **more)
    return refusal.value


def noted() -> list[tuple[str, dict[str, Any]]]:
    """What the staff log says about verifications, oldest first."""
    return [
        (line.action, line.data)
        for line in AdminLog.objects.filter(is_reading=False).order_by("pk")
        if "verification" in line.action
    ]


def stored_files() -> set[str]:
    """What lies in the private storage under verifications/, by name."""
    storage: Storage = storages["private"]
    found: set[str] = set()
    pending = ["verifications"]
    while pending:
        folder = pending.pop()
        if not storage.exists(folder):
            continue
        folders, files = storage.listdir(folder)
        pending += [f"{folder}/{each}" for each in folders]
        found |= {f"{folder}/{each}" for each in files}
    return found


@pytest.fixture(autouse=True)
def _own_folder(monkeypatch, tmp_path) -> None:
    """Each test has a private storage of its own.

    The field of the model has taken its storage at import; a test of settings may have made another one since.
    """
    for storage in (storages["private"], VerificationPaper._meta.get_field("file").storage):
        monkeypatch.setitem(storage.__dict__, "location", str(tmp_path))


@pytest.fixture
def today() -> date:
    """The day that it is in China."""
    return timezone.localdate()


@pytest.fixture
def moderator(db) -> User:
    """Somebody who decides."""
    return make_moderator()


@pytest.fixture
def seller(db) -> User:
    """A seller whose identity is still to be handed in."""
    return make_seller(proved=False)
