from django.core.management.base import BaseCommand

from marketplace.ledger.escrow_proof import publish_escrow_proof


class Command(BaseCommand):
    help = "Publish the root and totals of all money owed, under yesterday's name. Runs every night; safe to repeat."

    def handle(self, *args: object, **options: object) -> None:
        proof = publish_escrow_proof()
        self.stdout.write(f"published {proof.day}: {proof.root}" if proof else "published already")
