"""Every field that points at a person is part of the copy of somebody's data, or listed as not, with the reason."""

import pytest
from django.apps import apps
from django.db.models import ForeignKey

from marketplace.accounts.models import User, UserProfile
from marketplace.accounts.personal_data import sections
from tests.factories import make_user

# Wagtail's and Django's own: what staff does in the admin. People of the marketplace never get there; the revisions and reviews
# of a service are exported as the service.
EDITORIAL = {"wagtailcore", "wagtailusers", "wagtailadmin", "wagtailimages", "wagtaildocs", "wagtailredirects"}
EDITORIAL |= {"wagtail_localize", "cms_pages", "wagtailforms", "wagtailsearchpromotions", "wagtailsearch"}


def fields_pointing_at_people() -> set[str]:
    return {
        f"{model._meta.app_label}.{model.__name__}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label not in EDITORIAL
        for field in model._meta.get_fields()
        if isinstance(field, ForeignKey) and field.related_model in (User, UserProfile)
    } - {"accounts.User_groups.user", "accounts.User_user_permissions.user"}  # roles of staff


def test_no_field_that_points_at_a_person_is_forgotten():
    exported = {field for section in sections() for field in section.exported}
    left_out = {field: reason for section in sections() for field, reason in section.not_exported.items()}
    pointing = fields_pointing_at_people()
    assert len(pointing) > 40
    assert pointing - exported - left_out.keys() == set(), "export it, or say why not, in the own_data.py of its app"
    assert exported & left_out.keys() == set()
    assert all(len(reason) > 10 for reason in left_out.values())


def test_nothing_is_named_that_does_not_exist():
    """Of apps that are installed: the second factor and the list of sessions may be switched off."""
    known = {config.label for config in apps.get_app_configs()}
    named = {field for section in sections() for field in (*section.exported, *section.not_exported)}
    assert {field for field in named if field.split(".")[0] in known} - fields_pointing_at_people() == set()


@pytest.mark.django_db
def test_every_table_has_a_name_of_its_own():
    names = [table.name for section in sections() for table in section.tables(make_user())]
    assert len(names) == len(set(names)) > 35
