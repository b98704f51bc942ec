"""The seam between allauth's second factors and us: secrets encrypted at rest, our name and host, the code to scan."""

from urllib.parse import urlsplit

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.utils.safestring import SafeString

from marketplace.accounts import devices
from marketplace.accounts.models import User
from marketplace.core.encryption import decrypt_text, encrypt_text
from marketplace.core.qr import qr_svg


class MFAAdapter(DefaultMFAAdapter):
    """allauth's questions about second factors."""

    def encrypt(self, text: str) -> str:
        return encrypt_text(text)

    def decrypt(self, encrypted_text: str) -> str:
        return decrypt_text(encrypted_text)

    def build_totp_svg(self, url: str) -> SafeString:
        """In the page's own ink, like every code of ours: allauth's is black on nothing, which the dark theme swallows."""
        return qr_svg(url)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Passkeys are bound to the public host, not to whatever name a request came by."""
        return {"id": urlsplit(settings.SITE_URL).hostname or "", "name": settings.MFA_TOTP_ISSUER}

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        """A passkey is called after the device that it is made on, until its owner thinks of something better."""
        agent = self.request.headers.get("User-Agent", "")
        return devices.describe(agent)[:40]

    def _get_user_identifier(self, user: User) -> str:
        """What an authenticator app writes beside our name. The username is a random key that tells nobody anything."""
        return user.email or user.phone or user.display_name
