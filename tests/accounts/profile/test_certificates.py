"""Certificates, as people name them."""

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from marketplace.accounts import services
from marketplace.accounts.errors import ProfileError, ProfileErrorCode
from marketplace.accounts.models import Certificate
from marketplace.accounts.services.certificates import CERTIFICATE_LIMIT
from tests.accounts.profile.uploads import picture

FORM = {"title": "平面设计师三级", "issuer": "人社部", "year": "2020"}


def test_a_certificate_stands_on_the_page_as_the_persons_own_statement(seller, seller_client):
    form = FORM | {"picture": picture((2000, 1000))}
    assert seller_client.post(reverse("accounts:certificates"), form).status_code == 302
    certificate = Certificate.objects.get()
    assert (certificate.profile, certificate.width) == (seller.profile, 1600)
    assert certificate.picture.name.endswith(".webp")
    page = Client().get(seller.profile.get_absolute_url()).content.decode()
    assert "平面设计师三级" in page
    assert "平台未作核验" in page


def test_a_year_that_has_not_come_is_refused(seller_client):
    form = FORM | {"year": str(timezone.localdate().year + 1)}
    assert "year" in seller_client.post(reverse("accounts:certificates"), form).context["form"].errors
    assert not Certificate.objects.exists()


def test_a_removed_certificate_leaves_no_picture(seller, seller_client, django_capture_on_commit_callbacks):
    certificate = services.add_certificate(profile=seller.profile, title="A", issuer="B", year=2020, picture=picture())
    name = certificate.picture.name
    with django_capture_on_commit_callbacks(execute=True):
        seller_client.post(reverse("accounts:certificate_remove", args=[certificate.pk]))
    assert not Certificate.objects.exists()
    assert not default_storage.exists(name)


def test_nobody_removes_a_certificate_of_somebody_else(seller, buyer_client):
    certificate = services.add_certificate(profile=seller.profile, title="A", issuer="B", year=2020)
    address = reverse("accounts:certificate_remove", args=[certificate.pk])
    assert buyer_client.post(address).status_code == 404
    assert Certificate.objects.exists()


def test_ten_certificates_are_enough(seller):
    for number in range(CERTIFICATE_LIMIT):
        services.add_certificate(profile=seller.profile, title=f"证书{number}", issuer="B", year=2020)
    with pytest.raises(ProfileError) as refusal:
        services.add_certificate(profile=seller.profile, title="再一张", issuer="B", year=2020)
    assert refusal.value.code == ProfileErrorCode.TOO_MANY_CERTIFICATES
    assert seller.profile.certificates.count() == CERTIFICATE_LIMIT
