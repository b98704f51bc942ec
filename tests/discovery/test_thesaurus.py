import pytest
from django.urls import reverse

from marketplace.core.jobs import only_one
from marketplace.discovery import services, tasks
from marketplace.discovery.engines.base import SearchRequest
from marketplace.discovery.language.dictionary import VERSIONS_KEPT, dictionary_in_force
from marketplace.discovery.language.thesaurus import first_entries, make_thesaurus, read_thesaurus
from marketplace.discovery.models import DictionaryVersion, ThesaurusEntry
from tests.factories import make_category, make_gig, make_user, staff_group
from tests.logins import log_in


def found(query, **fields):
    return list(services.search(SearchRequest(query=query, **fields)).ids)


@pytest.fixture
def marketer(db):
    person = make_user()
    person.groups.add(staff_group("marketer"))
    return log_in(person)


@pytest.fixture
def later(monkeypatch):
    """The rebuilds that were asked for, instead of waiting minutes for them."""
    asked = []
    monkeypatch.setattr(tasks.rebuild, "apply_async", lambda **options: asked.append(options))
    return asked


def test_the_migration_brought_the_words_we_ship(db):
    assert ThesaurusEntry.objects.count() == len(first_entries())
    assert read_thesaurus() == make_thesaurus(first_entries())


def test_an_empty_table_means_the_words_we_ship(db):
    ThesaurusEntry.objects.all().delete()
    assert read_thesaurus() == make_thesaurus(first_entries())


def test_an_entry_made_in_the_admin_counts_at_once(marketer, later, django_capture_on_commit_callbacks):
    gig = make_gig(title="剧本杀主持")
    services.rebuild_index()
    assert found("桌游") == []
    with django_capture_on_commit_callbacks(execute=True):
        answer = marketer.post(
            reverse(ThesaurusEntry.snippet_viewset.get_url_name("add")),
            {"kind": "same", "words": "桌游 剧本", "narrower": "", "near": "", "is_active": "on"},
        )
    assert answer.status_code == 302
    assert found("桌游") == [gig.pk]
    assert later == [{"kwargs": {"is_for_words": True}, "countdown": tasks.REBUILD_AFTER_SECONDS}]
    assert "大约3分钟" in marketer.get(answer.url).content.decode()


def test_an_entry_out_of_use_or_removed_counts_no_more(marketer, later, django_capture_on_commit_callbacks):
    gig = make_gig(title="剧本杀主持")
    entry = ThesaurusEntry.objects.create(words="桌游 剧本")
    services.rebuild_index()
    assert found("桌游") == [gig.pk]
    with django_capture_on_commit_callbacks(execute=True):
        marketer.post(
            reverse(ThesaurusEntry.snippet_viewset.get_url_name("edit"), args=[entry.pk]),
            {"kind": "same", "words": "桌游 剧本", "narrower": "", "near": ""},
        )
    assert found("桌游") == []


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"words": "剧本"}, "只有一个词"),
        ({"words": "桌游 剧本:abc"}, "“剧本:abc”"),
        ({"words": "桌游 剧本", "near": "狼人:0"}, "“狼人:0”"),
        ({"words": "桌游 剧本 桌游"}, "“桌游”写了两次"),
        ({"words": "剧本 桌游 "}, "已经有"),
        ({"words": "，，，"}, "至少要填写一个词"),
        ({"kind": "taiwan", "words": "桌遊 桌游 剧本"}, "两个词"),
    ],
)
def test_what_would_mean_nothing_is_not_taken_and_nothing_typed_is_lost(marketer, fields, problem):
    ThesaurusEntry.objects.create(words="桌游 剧本")
    count = ThesaurusEntry.objects.count()
    address = reverse(ThesaurusEntry.snippet_viewset.get_url_name("add"))
    sent = {"kind": "same", "words": "", "narrower": "", "near": "", "is_active": "on"} | fields
    page = marketer.post(address, sent).content.decode()
    assert problem in page
    assert fields["words"].strip() in page
    assert ThesaurusEntry.objects.count() == count


def test_commas_and_colons_of_a_chinese_keyboard_are_understood(db):
    entry = ThesaurusEntry(words="画猫，给猫画画、猫画像：６０")
    entry.full_clean()
    assert entry.words == "画猫 给猫画画 猫画像:60"


def test_the_words_we_ship_are_sound(db):
    for entry in ThesaurusEntry.objects.all():
        entry.full_clean()


def test_what_was_edited_while_a_rebuild_is_at_work_is_rebuilt_after_it(db, later):
    with only_one("search_rebuild", seconds=60):
        assert tasks.rebuild() == 0  # the night's own comes again tomorrow
        assert later == []
        tasks.rebuild(is_for_words=True)
    assert len(later) == 1


def test_many_edits_are_one_rebuild(db, later):
    for _time in range(3):
        tasks.rebuild_soon()
    assert len(later) == 1


def test_queries_are_cut_as_the_documents_were_until_the_next_rebuild(db):
    gig = make_gig(title="剧本杀主持")
    services.rebuild_index()
    before = dictionary_in_force()
    ThesaurusEntry.objects.create(words="剧本杀 剧本杀主持")
    assert dictionary_in_force().version == before.version
    assert found("剧本杀") == [gig.pk]
    services.rebuild_index()
    assert dictionary_in_force().version != before.version
    assert found("剧本杀") == [gig.pk]


def test_the_last_few_dictionaries_are_kept(db):
    for number in range(VERSIONS_KEPT + 2):
        ThesaurusEntry.objects.create(words=f"词{number}甲 词{number}乙")
        services.rebuild_index()
    assert DictionaryVersion.objects.count() == VERSIONS_KEPT


def test_a_rebuild_leaves_no_moment_without_results(db, monkeypatch):
    gig = make_gig(title="海报设计")
    services.rebuild_index()
    seen = []
    monkeypatch.setattr(services, "put_in_force", lambda dictionary: seen.append(found("海报")))
    services.rebuild_index()
    assert seen == [[gig.pk]]


def test_where_few_fit_others_of_the_category_follow_marked_as_such(client, db):
    posters = make_category(name="海报与单页", parent=make_category(name="设计"))
    fitting = make_gig(title="海报设计", category=posters)
    other = make_gig(title="传单折页", category=posters, price_fen=900_000)
    dear = make_gig(title="展架印刷", category=posters, price_fen=900_000)
    make_gig(title="英文翻译")
    services.rebuild_index()
    result = services.search(SearchRequest(query="海报设计"))
    assert fitting.pk in result.ids
    assert dear.pk in {*result.ids, *result.same_category}
    assert not set(result.ids) & set(result.same_category)
    page = client.get(reverse("discovery:search"), {"q": "海报设计"}).content.decode()
    assert "相关推荐" in page or "More of this kind" in page
    cheap = services.search(SearchRequest(query="5000元以内海报设计"))
    assert not {other.pk, dear.pk} & {*cheap.ids, *cheap.same_category}


def test_nonsense_brings_no_relatives(client, db):
    make_gig(title="海报设计")
    services.rebuild_index()
    result = services.search(SearchRequest(query="航空母舰"))
    assert (result.ids, result.same_category, result.total) == ((), (), 0)


def test_a_mended_slip_is_said_with_a_way_back(client, db):
    gig = make_gig(title="公众号排版")
    services.rebuild_index()
    page = client.get(reverse("discovery:search"), {"q": "公众浩排版"})
    assert [card.gig_id for card, _why in page.context["page"].cards] == [gig.pk]
    address = page.context["page"].as_typed_url
    assert address in page.content.decode().replace("&amp;", "&")
    literal = client.get(reverse("discovery:search") + address)
    assert literal.context["page"].result.plan.corrected == ""
    assert literal.context["page"].as_typed_url == ""


def test_only_staff_who_keep_the_words_see_the_parts_of_the_scores(client, marketer):
    make_gig(title="公众号排版")
    services.rebuild_index()
    url, asked = reverse("discovery:search"), {"q": "公众号", "explain": "1"}
    strange = client.get(url, asked)
    assert strange.context["page"].explanations == []
    assert "<th" not in strange.content.decode()
    answer = marketer.get(url, asked)
    page = answer.context["page"]
    assert page.plan_lines
    [one] = page.explanations
    assert (one.place, one.title) == (1, "公众号排版")
    table = answer.content.decode().partition('id="explained"')[2].partition("</table>")[0]
    for factor in one.factors:
        assert f'<th scope="row">{factor.name}</th>' in table
        assert factor.contribution in table
    assert f"{one.total:.3f}" in table
    assert marketer.get(url, {"q": "公众号"}).context["page"].explanations == []


def test_each_condition_in_words_is_one_chip_that_can_be_taken_away(client, db):
    make_gig(title="海报设计", price_fen=20_000)
    services.rebuild_index()
    page = client.get(reverse("discovery:search"), {"q": "便宜的 100-300元的 三天内 海报"}).context["page"]
    assert len(page.chips) == 3
    assert all("100-300元" not in chip.url or "海报" in chip.url for chip in page.chips)
    span = next(chip for chip in page.chips if "100" in chip.text and "300" in chip.text)
    left = client.get(reverse("discovery:search") + span.url).context["page"]
    assert len(left.chips) == 2
