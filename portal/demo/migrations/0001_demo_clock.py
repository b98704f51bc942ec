"""The row that says how far the demo's clock is ahead. Installations without the demo have no such table."""

import datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='DemoClock',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ahead', models.DurationField(default=datetime.timedelta(0), verbose_name='ahead by')),
            ],
            options={
                'verbose_name': 'demo clock',
                'verbose_name_plural': 'demo clocks',
                'permissions': [('move_clock', "Can move the demo's clock")],
                'default_permissions': (),
                'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='demo_clock_is_one'), models.CheckConstraint(condition=models.Q(('ahead__gte', datetime.timedelta(0))), name='demo_clock_is_ahead')],
            },
        ),
    ]
