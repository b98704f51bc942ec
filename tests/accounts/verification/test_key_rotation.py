"""A new key goes first, the command brings everything under it, the old one can be thrown away."""

from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from cryptography.fernet import Fernet, InvalidToken
from django.core.management import call_command

from marketplace.accounts import numbers, papers, selectors, services
from marketplace.accounts.models import UserVerification
from marketplace.accounts.services.key_rotation import encrypted_columns
from marketplace.core.encryption import decrypt_text, encrypt_text
from marketplace.payments.models import PayoutDestination, PayoutDestinationKind
from marketplace.payments.services import set_destination
from tests.accounts.verification.conftest import NUMBER, approve, hand_in, stored_files

pytestmark = pytest.mark.django_db


def rotate():
    output = StringIO()
    call_command("rotate_field_keys", stdout=output)
    return output.getvalue()


def test_after_the_command_the_old_key_is_not_needed(seller, moderator, settings):
    case = approve(hand_in(seller, name="林青山"), moderator)
    set_destination(user=seller, kind=PayoutDestinationKind.ALIPAY, account="lin@example.com")
    plain = [papers.opened(paper) for paper in case.papers.all()]
    new = Fernet.generate_key().decode()
    settings.FIELD_ENCRYPTION_KEYS = [new, *settings.FIELD_ENCRYPTION_KEYS]
    rotate()
    settings.FIELD_ENCRYPTION_KEYS = [new]
    case.refresh_from_db()
    assert selectors.verified_real_name(seller) == "林青山"
    assert decrypt_text(case.number_encrypted) == NUMBER
    assert [papers.opened(paper) for paper in case.papers.all()] == plain
    assert decrypt_text(PayoutDestination.objects.get().account_encrypted) == "lin@example.com"
    assert len(stored_files()) == 2  # the old files are gone


def test_second_factors_go_on_under_the_new_key_and_used_codes_stay_used(seller, settings):
    app = TOTP.activate(seller, "JBSWY3DPEHPK3PXP")
    codes = RecoveryCodes.activate(seller)
    used, unused = codes.get_unused_codes()[:2]
    assert codes.validate_code(used)
    new = Fernet.generate_key().decode()
    settings.FIELD_ENCRYPTION_KEYS = [new, *settings.FIELD_ENCRYPTION_KEYS]
    assert "second factors: 2" in rotate()
    settings.FIELD_ENCRYPTION_KEYS = [new]
    app, codes = TOTP(fresh(app)), RecoveryCodes(fresh(codes))
    assert decrypt_text(app.instance.data["secret"]) == "JBSWY3DPEHPK3PXP"
    assert not codes.validate_code(used)
    assert codes.validate_code(unused)


def test_codes_that_came_from_elsewhere_are_rotated_each(seller, settings):
    codes = [encrypt_text("a1b2c3"), encrypt_text("d4e5f6")]
    Authenticator.objects.create(user=seller, type=Authenticator.Type.RECOVERY_CODES, data={"migrated_codes": codes})
    new = Fernet.generate_key().decode()
    settings.FIELD_ENCRYPTION_KEYS = [new, *settings.FIELD_ENCRYPTION_KEYS]
    rotate()
    settings.FIELD_ENCRYPTION_KEYS = [new]
    assert RecoveryCodes(Authenticator.objects.get()).get_unused_codes() == ["a1b2c3", "d4e5f6"]


def fresh(factor):
    return Authenticator.objects.get(pk=factor.instance.pk)


def test_control_without_the_command_the_old_key_is_needed(seller, settings):
    case = hand_in(seller)
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(InvalidToken):
        decrypt_text(case.number_encrypted)
    with pytest.raises(InvalidToken):
        papers.opened(case.papers.first())


def test_a_new_digest_key_finds_old_numbers_after_the_command(seller, moderator, settings):
    case = approve(hand_in(seller), moderator)
    settings.IDENTITY_DIGEST_KEY = "another key of at least thirty-two characters"
    rotate()
    case.refresh_from_db()
    assert case.number_digest == numbers.digest_of(NUMBER)
    with pytest.raises(Exception, match="number_in_use"):
        selectors.require_free_number(UserVerification(user_id=0, kind=case.kind, number_digest=case.number_digest))


def test_the_command_knows_every_column_that_is_encrypted():
    found = {f"{model.__name__}.{column}" for model, column in encrypted_columns()}
    assert found >= {
        "UserVerification.name_encrypted",
        "UserVerification.number_encrypted",
        "UserVerification.representative_encrypted",
        "PayoutDestination.account_encrypted",
    }


def test_it_may_run_twice(seller):
    services.confirm_real_name(user=seller, real_name="林青山")
    rotate()
    rotate()
    assert selectors.verified_real_name(seller) == "林青山"
