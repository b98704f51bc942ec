"""Days that are over long since are looked for each night. Made beside the running portal."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("gigs", "0003_services_data")]
    operations = [AddIndexConcurrently("gigday", models.Index(fields=["day"], name="gigs_day_old"))]
