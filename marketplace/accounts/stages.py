"""Steps between the password and being logged in."""

from allauth.account import stages
from allauth.account.models import EmailAddress
from django.http import HttpResponse


class EmailVerificationStage(stages.EmailVerificationStage):
    """Nobody enters by an address that they have not proved; who comes by a number need not prove an address."""

    def handle(self) -> tuple[HttpResponse | None, bool]:
        user = self.login.user
        if user is not None:
            by_number = bool(user.phone) and not self.login.email and not self.login.signup
            if by_number or not (user.email or EmailAddress.objects.filter(user_id=user.pk).exists()):
                return None, True
        return super().handle()
