"""Every installation has the staff's roles and the review workflow, not only the demo."""

import os
import subprocess
import sys

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.db.migrations.executor import MigrationExecutor
from django.db.models.signals import post_migrate
from wagtail.models import GroupPagePermission, Workflow, WorkflowContentType

from marketplace.gigs.models import Gig
from marketplace.gigs.reviewing import WORKFLOW_NAME
from marketplace.moderation.roles import ROLES
from portal import roles
from portal.env import BASE_DIR

pytestmark = pytest.mark.django_db


def holds(role: str, permission: str) -> bool:
    app_label, codename = permission.split(".")
    return (
        Group.objects.get(name=role).permissions.filter(content_type__app_label=app_label, codename=codename).exists()
    )


def test_migrate_alone_makes_roles_and_workflow():
    """The test database was made by `migrate` and nothing else."""
    assert set(ROLES) <= set(Group.objects.values_list("name", flat=True))
    assert holds("moderator", "gigs.change_gig")
    assert holds("finance", "ledger.view_account")
    assert holds("support", "orders.view_order")
    assert GroupPagePermission.objects.filter(group__name="editor", permission__codename="publish_page").exists()
    assigned = WorkflowContentType.objects.get(content_type=ContentType.objects.get_for_model(Gig))
    assert assigned.workflow.name == WORKFLOW_NAME


def test_the_signal_makes_again_what_is_missing_and_nothing_twice():
    Group.objects.filter(name__in=ROLES).delete()
    Workflow.objects.filter(name=WORKFLOW_NAME).delete()
    sender = [config for config in apps.get_app_configs() if config.models_module][-1]
    for _twice in range(2):
        post_migrate.send(sender=sender, app_config=sender, verbosity=0, interactive=False, using="default")
    assert Group.objects.filter(name__in=ROLES).count() == len(ROLES)
    assert Workflow.objects.filter(name=WORKFLOW_NAME).count() == 1


def test_nobody_administers_the_books():
    assert holds("administrator", "ledger.view_entry")
    assert not holds("administrator", "ledger.change_entry")


def test_a_half_migrated_database_is_left_alone(monkeypatch):
    Group.objects.filter(name__in=ROLES).delete()
    monkeypatch.setattr(MigrationExecutor, "migration_plan", lambda *_args, **_kwargs: [("gigs.0001", False)])
    roles.ensure_roles_after_migrate()
    assert not Group.objects.filter(name__in=ROLES).exists()


def test_the_apps_know_their_roles_without_the_demo():
    """The module that makes them imports nothing of the demo, which production does not install."""
    program = (
        "import django, os, sys; os.environ['DJANGO_SETTINGS_MODULE'] = 'portal.settings'; django.setup();"
        "print([name for name in sys.modules if name.startswith('portal.demo')])"
    )
    result = subprocess.run(
        [sys.executable, "-c", program],
        cwd=BASE_DIR,
        env=os.environ | {"DEMO": "0", "SETTLEMENT_MODE": "custody"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.stdout.strip() == "[]", result.stderr
