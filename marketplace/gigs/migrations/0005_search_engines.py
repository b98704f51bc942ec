"""For sitemaps and what search engines are told of. Made beside the running portal, and so apart from the columns."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("gigs", "0004_old_days")]
    operations = [
        AddIndexConcurrently(
            "gig",
            models.Index(
                fields=["id"], include=["last_published_at"], condition=Q(status="live"), name="gigs_gig_sitemap"
            ),
        ),
        AddIndexConcurrently(
            "gig",
            models.Index(
                fields=["updated_at", "id"], condition=Q(first_published_at__isnull=False), name="gigs_gig_changes"
            ),
        ),
    ]
