from django.core.management.base import BaseCommand, CommandError

from marketplace.core.money import display_yuan
from marketplace.payments.services import run_audit


class Command(BaseCommand):
    help = "Recompute the books from their entries and hold them against orders and payments. Exits 1 on any violation."

    def handle(self, *args: object, **options: object) -> None:
        report = run_audit()
        self.stdout.write(f"transactions  {report.transactions:>12,}")
        self.stdout.write(f"entries       {report.entries:>12,}")
        self.stdout.write(f"accounts      {report.accounts:>12,}")
        for kind, total in sorted(report.totals.items()):
            self.stdout.write(f"  {kind:<20} ¥{display_yuan(total, exact=True):>18}")
        self.stdout.write(f"imbalances    {len(report.violations):>12,}")
        for violation in report.violations:
            self.stderr.write(f"violation: {violation}")
        if report.violations:
            raise CommandError(f"{len(report.violations)} violations", returncode=1)
