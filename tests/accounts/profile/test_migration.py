"""What the release before left in the database is there afterwards, and what this one wrote goes back with it."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

BEFORE = [("accounts", "0004_verification")]


@pytest.fixture
def at_the_release_before(committed_db):
    """The tables as they were; whatever happens, the newest again afterwards."""
    newest = MigrationExecutor(
        connection
    ).loader.graph.leaf_nodes()  # of every room: what builds on accounts went back with it
    yield migrated(BEFORE)
    migrated(newest)


def migrated(targets):
    executor = MigrationExecutor(connection)
    executor.migrate(targets)
    return MigrationExecutor(connection).loader.project_state(targets).apps


def test_pictures_languages_and_skills_are_carried_there_and_back(at_the_release_before):
    old = at_the_release_before
    user = old.get_model("accounts", "User").objects.create(username="old", email="old@example.com")
    profile = old.get_model("accounts", "UserProfile").objects.create(
        user=user,
        handle="old",
        display_name="旧人",
        languages=["zh", "en"],
        seller_since=datetime(2026, 1, 1, tzinfo=UTC),
    )
    pieces = old.get_model("accounts", "Portfolio").objects
    pieces.create(profile=profile, title="茶馆", image="portfolio/2026/01/tea.webp", width=640, height=400)
    old.get_model("accounts", "Skill").objects.filter(name="插画").update(slug="cha-hua")

    new = migrated([("accounts", "0006_profile_data")])
    medium = new.get_model("accounts", "PortfolioMedia").objects.get()
    assert (medium.piece.title, medium.kind, medium.picture.name) == ("茶馆", "image", "portfolio/2026/01/tea.webp")
    assert (medium.width, medium.height) == (640, 400)
    carried = new.get_model("accounts", "UserProfile").objects.get()
    # Left as they are for the form of the release before; this one reads both.
    assert carried.languages == ["zh", "en"]
    assert carried.hat == "seller"
    skill = new.get_model("accounts", "Skill").objects.get(name="插画")
    assert (skill.slug, skill.name_en, skill.area) == ("cha-hua", "Illustration", "design")
    # A process of the release before goes on reading and writing its columns while this one is rolled out.
    with connection.cursor() as cursor:
        cursor.execute("SELECT image, width FROM accounts_portfolio")
        assert cursor.fetchone() == ("portfolio/2026/01/tea.webp", 640)
    later = new.get_model("accounts", "Portfolio").objects.create(profile_id=profile.pk, title="面馆")
    new.get_model("accounts", "PortfolioMedia").objects.create(
        piece=later, kind="image", picture="portfolio/2026/11/noodles.webp", width=9, height=9
    )
    saved = [{"code": "ja", "level": "basic"}, {"code": "zh", "level": "native"}]
    other = new.get_model("accounts", "User").objects.create(username="new", email="new@example.com")
    new.get_model("accounts", "UserProfile").objects.create(
        user=other, handle="new", display_name="新人", languages=saved
    )

    back = migrated(BEFORE)
    images = dict(back.get_model("accounts", "Portfolio").objects.values_list("title", "image"))
    assert images == {"茶馆": "portfolio/2026/01/tea.webp", "面馆": "portfolio/2026/11/noodles.webp"}
    spoken = dict(back.get_model("accounts", "UserProfile").objects.values_list("handle", "languages"))
    assert spoken == {"old": ["zh", "en"], "new": ["ja", "zh"]}
