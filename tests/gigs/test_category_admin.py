"""Categories in Wagtail's admin: the tree, attributes with options in nested forms, what is refused and for whom."""

import pytest
from django.urls import reverse
from wagtail.models import ModelLogEntry

from marketplace.gigs.attributes import attributes_of
from marketplace.gigs.models import GigAttribute, GigCategory
from tests.factories import make_attribute, make_category, make_gig, make_moderator, make_user, staff_group
from tests.logins import log_in


@pytest.fixture
def administrator_client(client, db):
    person = make_user(is_staff=True)
    person.groups.add(staff_group("administrator"))
    log_in(person, client=client)
    return client


def address(name, *arguments):
    return reverse(GigCategory.snippet_viewset.get_url_name(name), args=arguments)


def form(category=None, *, attributes=None, **changes):
    """What the browser would send: the category with `attributes`, each a dict with `options` (dicts) in it.

    Rows with an `id` are those of the database; those of the database that are not named are sent as taken away.
    """
    fields = ("name", "name_en", "slug", "summary", "summary_en", "position")
    data = {field: getattr(category, field) if category else "" for field in fields} | {"is_active": "on"}
    data["parent"] = (category.parent_id or "") if category else ""
    stored = list(category.attributes.all()) if category else []
    sent = stored_rows(stored) if attributes is None else list(attributes)
    sent += [
        {"id": one.pk, "DELETE": "on"} | plain(one) for one in stored if one.pk not in {row.get("id") for row in sent}
    ]
    data |= formset("attributes", sent, stored)
    return data | changes


def stored_rows(attributes):
    return [
        plain(one) | {"id": one.pk, "options": [option_row(option) for option in one.options.all()]}
        for one in attributes
    ]


def plain(attribute):
    return {"key": attribute.key, "name": attribute.name, "name_en": attribute.name_en, "kind": attribute.kind}


def option_row(option):
    return {"id": option.pk, "key": option.key, "name": option.name, "name_en": option.name_en}


def formset(prefix, rows, stored):
    data = {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": len(stored)}
    order = {one.pk: place for place, one in enumerate(stored)}
    # Django expects the rows of the database first; where they stand on the page is ORDER.
    placed = sorted(enumerate(rows, start=1), key=lambda item: order.get(item[1].get("id"), len(order)))
    for place, (position, row) in enumerate(placed):
        own = f"{prefix}-{place}"
        row = dict(row)
        options = row.pop("options", None)
        data |= {f"{own}-{name}": value for name, value in ({"ORDER": position, "id": "", "DELETE": ""} | row).items()}
        if prefix == "attributes":
            kept = list(GigAttribute.objects.get(pk=row["id"]).options.all()) if row.get("id") else []
            sent = list(options or [])
            sent += [
                option_row(one) | {"DELETE": "on"} for one in kept if one.pk not in {each.get("id") for each in sent}
            ]
            data |= formset(f"{own}-options", sent, kept)
    return data


def new(key, *options, **fields):
    row = {"key": key, "name": f"{key}名", "name_en": key.title(), "kind": "many"} | fields
    return row | {"options": [{"key": one, "name": f"{one}名", "name_en": one.title()} for one in options]}


def errors(response):
    """Every sentence of a refused form, those of the nested ones included."""
    assert response.status_code == 200
    return " ".join(_sentences(response.context["form"]))


def _sentences(one):
    yield from (sentence for sentences in one.errors.values() for sentence in sentences)
    for formset in one.formsets.values():
        for child in formset.forms:
            yield from _sentences(child)


def said(category):
    return {one.key: [option.key for option in one.options] for one in attributes_of(category)}


def test_attributes_and_options_are_made_in_one_nested_form(administrator_client):
    category = make_category(parent=make_category())
    attributes_of(category)
    sent = form(
        category, attributes=[new("style", "flat", "retro"), new("formats", "ai", "c++", kind="one", is_required="on")]
    )
    assert administrator_client.post(address("edit", category.pk), sent).status_code == 302
    assert said(category) == {"style": ["flat", "retro"], "formats": ["ai", "c++"]}
    formats = attributes_of(category)[1]
    assert (formats.name, formats.name_en, formats.kind, formats.is_required) == ("formats名", "Formats", "one", True)
    assert ModelLogEntry.objects.filter(object_id=str(category.pk), action="wagtail.edit").count() == 1


def test_a_new_category_comes_with_its_attributes(administrator_client):
    parent = make_category(name="设计")
    sent = form(
        attributes=[new("style", "flat")], name="标志", name_en="Logo", slug="logo", position=3, parent=parent.pk
    )
    assert administrator_client.post(address("add"), sent).status_code == 302
    assert said(GigCategory.objects.get(slug="logo", parent=parent)) == {"style": ["flat"]}


def test_rows_change_places_names_and_go(administrator_client):
    category = make_category()
    make_attribute(category, "style", "flat", "retro", "brush")
    make_attribute(category, "formats", "ai")
    style, formats = stored_rows(category.attributes.all())
    flat, retro, _brush = style["options"]
    changed = style | {"name": "画风", "options": [retro, flat]}
    assert (
        administrator_client.post(
            address("edit", category.pk), form(category, attributes=[formats, changed])
        ).status_code
        == 302
    )
    assert said(category) == {"formats": ["ai"], "style": ["retro", "flat"]}
    assert attributes_of(category)[1].name_zh == "画风"


@pytest.mark.parametrize("where", ["parent", "child"])
def test_a_key_of_a_relative_is_refused(administrator_client, where):
    parent = make_category(name="设计")
    child = make_category(name="标志", parent=parent)
    own, other = (child, parent) if where == "parent" else (parent, child)
    make_attribute(other, "style", "flat")
    response = administrator_client.post(address("edit", own.pk), form(own, attributes=[new("style", "bold")]))
    assert f"“{other.name}”已有标识为“style”的属性" in errors(response)
    assert not own.attributes.exists()


def test_siblings_may_say_the_same(administrator_client):
    parent = make_category()
    first, second = make_category(parent=parent), make_category(parent=parent)
    make_attribute(first, "style", "flat")
    assert (
        administrator_client.post(
            address("edit", second.pk), form(second, attributes=[new("style", "bold")])
        ).status_code
        == 302
    )
    assert said(second) == {"style": ["bold"]}


def test_a_key_twice_in_the_form_is_refused(administrator_client):
    category = make_category()
    response = administrator_client.post(
        address("edit", category.pk), form(category, attributes=[new("style", "flat", "flat"), new("style", "bold")])
    )
    assert "两个属性的标识都是“style”" in errors(response)
    assert "两个选项的标识都是“flat”" in errors(response)
    assert not category.attributes.exists()


@pytest.mark.parametrize("key", ["Flat", "a b", "a:b", "中文"])
def test_an_option_key_that_no_address_could_carry_is_refused(administrator_client, key):
    category = make_category()
    response = administrator_client.post(address("edit", category.pk), form(category, attributes=[new("style", key)]))
    assert errors(response)
    assert not category.attributes.exists()


def test_what_gigs_say_goes_only_after_a_second_word(administrator_client):
    parent = make_category()
    category = make_category(parent=parent)
    make_attribute(parent, "trade", "food", "retail", name="行业")
    make_attribute(category, "style", "flat", "retro", name="风格")
    for _number in range(2):
        make_gig(category=category, attributes={"style": ["flat"], "trade": ["food"]})
    [style] = stored_rows(category.attributes.all())
    retro_only = form(category, attributes=[style | {"options": style["options"][1:]}])
    response = administrator_client.post(address("edit", category.pk), retro_only)
    assert "“风格 · flat名”（2项服务）" in errors(response)
    assert "“行业”（2项服务）" in errors(
        administrator_client.post(address("edit", parent.pk), form(parent, attributes=[]))
    )
    # Renaming a key is taking it away.
    renamed = form(category, attributes=[style | {"key": "look"}])
    assert "“风格”（2项服务）" in errors(administrator_client.post(address("edit", category.pk), renamed))
    assert said(category) == {"style": ["flat", "retro"], "trade": ["food", "retail"]}

    confirmed = retro_only | {"confirms_removal": "on"}
    assert administrator_client.post(address("edit", category.pk), confirmed).status_code == 302
    assert said(category) == {"style": ["retro"], "trade": ["food", "retail"]}


def test_what_nobody_says_goes_at_once(administrator_client):
    category = make_category(parent=make_category())
    make_attribute(category, "style", "flat", "retro")
    make_gig(category=category, attributes={"style": ["flat"]})
    [style] = stored_rows(category.attributes.all())
    sent = form(category, attributes=[style | {"options": style["options"][:1]}])
    assert administrator_client.post(address("edit", category.pk), sent).status_code == 302
    assert said(category) == {"style": ["flat"]}


def test_the_tree_stays_two_levels_deep(administrator_client):
    upper, other = make_category(name="设计"), make_category(name="编程")
    lower = make_category(name="标志", parent=upper)
    make_gig(category=lower)
    as_grandchild = administrator_client.post(address("edit", other.pk), form(other, parent=lower.pk))
    assert errors(as_grandchild)
    with_children = administrator_client.post(address("edit", upper.pk), form(upper, parent=other.pk))
    assert "它下面还有子类目" in errors(with_children)
    with_gigs = administrator_client.post(address("edit", lower.pk), form(lower, parent=""))
    assert "有1项服务" in errors(with_gigs)
    make_gig(category=other)
    below_gigs = administrator_client.post(address("edit", lower.pk), form(lower, parent=other.pk))
    assert "“编程”本身已有1项服务" in errors(below_gigs)
    found = dict(GigCategory.objects.values_list("pk", "parent"))
    assert found == {upper.pk: None, other.pk: None, lower.pk: upper.pk}


def test_a_slug_that_is_taken_says_so(administrator_client):
    category, other = make_category(), make_category()
    assert "另一个类目已在使用" in errors(
        administrator_client.post(address("edit", category.pk), form(category, slug=other.slug))
    )


def test_the_list_shows_the_tree_with_what_is_on_sale(administrator_client):
    last, first = make_category(name="编程"), make_category(name="设计")
    GigCategory.objects.filter(pk=last.pk).update(position=5)
    logo, poster = make_category(name="标志", parent=first), make_category(name="海报", parent=first)
    make_category(name="网站", parent=last)
    make_attribute(first, "trade")
    make_gig(category=logo)
    make_gig(category=poster)
    make_gig(category=poster, live=False)
    rows = administrator_client.get(address("list")).context["object_list"]
    assert [row.name for row in rows] == ["设计", "标志", "海报", "编程", "网站"]
    assert [row.live_gigs for row in rows] == [2, 1, 1, 0, 0]
    assert [row.attribute_count for row in rows] == [1, 0, 0, 0, 0]


def test_a_marketer_edits_and_a_moderator_only_looks(client, db):
    category = make_category(parent=make_category())
    make_attribute(category, "style", "flat", name="风格")
    marketer = make_user()
    marketer.groups.add(staff_group("marketer"))
    log_in(marketer, client=client)
    assert client.get(address("edit", category.pk)).status_code == 200
    assert client.get(address("delete", category.pk)).status_code == 302
    sent = form(category, name="新名字")
    assert client.post(address("edit", category.pk), sent).status_code == 302
    category.refresh_from_db()
    assert category.name == "新名字"

    log_in(make_moderator(), client=client)
    assert category.name in client.get(address("list")).content.decode()
    assert "风格: flat名" in client.get(address("inspect", category.pk)).content.decode()
    assert client.post(address("edit", category.pk), form(category, name="改掉")).url == reverse("wagtailadmin_home")
    category.refresh_from_db()
    assert category.name == "新名字"


def test_a_category_in_use_cannot_be_removed(administrator_client):
    category = make_category(parent=make_category())
    make_gig(category=category)
    for pk in (category.pk, category.parent_id):
        answer = administrator_client.post(address("delete", pk), follow=True)
        assert "改为隐藏" in answer.content.decode()
    assert GigCategory.objects.count() == 2
