"""`manage.py rotate_field_keys`: after a new key was put first in FIELD_ENCRYPTION_KEYS, or IDENTITY_DIGEST_KEY changed."""

from typing import Any

from django.core.management.base import BaseCommand

from marketplace.accounts.services import key_rotation


class Command(BaseCommand):
    help = (
        "Encrypt personal numbers, secrets of second factors and papers under the newest key."
        " Safe to repeat, and beside a running site."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        for model, column in key_rotation.encrypted_columns():
            count = key_rotation.rotate_column(model=model, column=column)
            self.stdout.write(f"{model._meta.label}.{column}: {count}")
        self.stdout.write(f"second factors: {key_rotation.rotate_second_factors()}")
        self.stdout.write(f"papers: {key_rotation.rotate_papers()}")
        self.stdout.write(f"digests: {key_rotation.renew_digests()}")
