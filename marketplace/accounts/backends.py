"""Who is behind a session."""

from allauth.account.auth_backends import AuthenticationBackend as AllauthBackend

from marketplace.accounts.models import User


class AuthenticationBackend(AllauthBackend):
    """allauth's log-in by number or address; the person of a request comes together with their profile.

    Every page of somebody who is logged in shows name and portrait: that is one query instead of two.
    """

    def get_user(self, user_id: int) -> User | None:
        user = User.objects.select_related("profile").filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None
