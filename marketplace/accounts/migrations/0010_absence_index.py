"""Who is away is asked by every list. Made beside the running portal, and so apart from the columns."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("accounts", "0009_absence")]
    operations = [
        AddIndexConcurrently(
            "userprofile",
            models.Index(
                fields=["user"],
                condition=Q(away_from__isnull=False) | Q(away_until__isnull=False),
                name="accounts_profile_away",
            ),
        ),
    ]
