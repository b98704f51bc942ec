"""What leaves the house because of a line: dispatches, what people chose, browsers that are told."""

import datetime

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('notifications', '0003_to_send'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Dispatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(choices=[('email', 'E-mail'), ('sms', 'Text message'), ('wechat', 'WeChat'), ('push', 'In the browser')], max_length=6, verbose_name='channel')),
                ('target', models.CharField(blank=True, default='', editable=False, max_length=20)),
                ('status', models.CharField(choices=[('waiting', 'Waiting'), ('sending', 'Being sent'), ('sent', 'Sent'), ('skipped', 'Not needed'), ('dead', 'Not delivered')], default='waiting', max_length=8, verbose_name='status')),
                ('in_digest', models.BooleanField(default=False, verbose_name='in the summary')),
                ('due_at', models.DateTimeField(verbose_name='due at')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                ('tried_at', models.DateTimeField(blank=True, null=True, verbose_name='tried at')),
                ('doubtful_since', models.DateTimeField(blank=True, editable=False, null=True)),
                ('retold_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended at')),
                ('problem', models.CharField(blank=True, default='', max_length=200, verbose_name='problem')),
            ],
            options={
                'verbose_name': 'dispatch',
                'verbose_name_plural': 'dispatches',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='NotificationPreference',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('order', 'Orders'), ('dispute', 'Disputes'), ('offer', 'Offers and briefs'), ('message', 'Messages'), ('money', 'Money'), ('gig', 'Services'), ('review', 'Reviews'), ('system', 'Platform'), ('security', 'Security of the account')], max_length=10, verbose_name='kind')),
                ('channel', models.CharField(choices=[('email', 'E-mail'), ('sms', 'Text message'), ('wechat', 'WeChat'), ('push', 'In the browser')], max_length=6, verbose_name='channel')),
                ('is_on', models.BooleanField(verbose_name='wanted')),
            ],
            options={
                'verbose_name': 'choice of notifications',
                'verbose_name_plural': 'choices of notifications',
            },
        ),
        migrations.CreateModel(
            name='NotificationSettings',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('language', models.CharField(choices=[('zh-hans', 'Simplified Chinese'), ('en', 'English')], default='zh-hans', max_length=10, verbose_name='language')),
                ('mail_rhythm', models.CharField(choices=[('at_once', 'Each at once'), ('daily', 'Once a day, together')], default='at_once', max_length=8, verbose_name='mails')),
                ('digest_at', models.TimeField(default=datetime.time(9, 0), verbose_name='time of the summary')),
                ('quiet_from', models.TimeField(blank=True, null=True, verbose_name='quiet from')),
                ('quiet_until', models.TimeField(blank=True, null=True, verbose_name='quiet until')),
            ],
            options={
                'verbose_name': 'settings of notifications',
                'verbose_name_plural': 'settings of notifications',
            },
        ),
        migrations.CreateModel(
            name='PushSubscription',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('endpoint', models.CharField(max_length=1000, unique=True, verbose_name='address of the push service')),
                ('p256dh', models.CharField(editable=False, max_length=100)),
                ('auth', models.CharField(editable=False, max_length=40)),
                ('session_key', models.CharField(editable=False, max_length=40)),
                ('user_agent', models.CharField(blank=True, default='', max_length=200, verbose_name='browser')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
            ],
            options={
                'verbose_name': 'browser that is told',
                'verbose_name_plural': 'browsers that are told',
            },
        ),
        migrations.AddField(
            model_name='notification',
            name='notice',
            field=models.CharField(blank=True, db_default='', default='', max_length=50, verbose_name='notice'),
        ),
        migrations.AddField(
            model_name='notification',
            name='spread_due_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='notification',
            name='words',
            field=models.JSONField(blank=True, db_default={}, default=dict, verbose_name='words'),
        ),
        migrations.AddField(
            model_name='outboundmessage',
            name='not_before',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AlterField(
            model_name='notification',
            name='kind',
            field=models.CharField(choices=[('order', 'Orders'), ('dispute', 'Disputes'), ('offer', 'Offers and briefs'), ('message', 'Messages'), ('money', 'Money'), ('gig', 'Services'), ('review', 'Reviews'), ('system', 'Platform'), ('security', 'Security of the account')], max_length=10, verbose_name='kind'),
        ),
        migrations.AddField(
            model_name='dispatch',
            name='notification',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='dispatches', to='notifications.notification', verbose_name='notification'),
        ),
        migrations.AddField(
            model_name='dispatch',
            name='text_message',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='notifications.outboundmessage'),
        ),
        migrations.AddField(
            model_name='notificationpreference',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notification_preferences', to=settings.AUTH_USER_MODEL, verbose_name='person'),
        ),
        migrations.AddField(
            model_name='notificationsettings',
            name='user',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='notification_settings', to=settings.AUTH_USER_MODEL, verbose_name='person'),
        ),
        migrations.AddField(
            model_name='pushsubscription',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='push_subscriptions', to=settings.AUTH_USER_MODEL, verbose_name='person'),
        ),
        migrations.AddIndex(
            model_name='dispatch',
            index=models.Index(condition=models.Q(('status__in', ['waiting', 'sending'])), fields=['due_at'], name='dispatch_to_send'),
        ),
        migrations.AddIndex(
            model_name='dispatch',
            index=models.Index(condition=models.Q(('status', 'dead')), fields=['-id'], name='dispatch_dead'),
        ),
        migrations.AddConstraint(
            model_name='dispatch',
            constraint=models.UniqueConstraint(fields=('notification', 'channel', 'target'), name='dispatch_once'),
        ),
        migrations.AddConstraint(
            model_name='dispatch',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['waiting', 'sending', 'sent', 'skipped', 'dead'])), name='dispatch_status_valid'),
        ),
        migrations.AddConstraint(
            model_name='notificationpreference',
            constraint=models.UniqueConstraint(fields=('user', 'kind', 'channel'), name='notification_preference_once'),
        ),
        migrations.AddConstraint(
            model_name='notificationsettings',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('quiet_from', None), ('quiet_until', None)), models.Q(('quiet_from__isnull', False), ('quiet_until__isnull', False)), _connector='OR'), name='notification_quiet_whole'),
        ),
    ]
