"""For an operator: somebody of the staff has lost telephone and recovery codes."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from marketplace.accounts import services
from marketplace.accounts.models import User
from marketplace.accounts.phone import normalize_phone


class Command(BaseCommand):
    help = "Removes the second factors of one person and signs them out everywhere. Make sure who asks before you do."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("login", help="e-mail address or mobile number")

    def handle(self, *args: Any, **options: Any) -> None:
        login = options["login"]
        number = normalize_phone(login)
        user = User.objects.filter(phone=number).first() if number else User.objects.filter(email=login.lower()).first()
        if user is None:
            raise CommandError(f"Nobody logs in with {login}.")
        self.stdout.write(f"{services.remove_second_factor(user=user)} removed.")
