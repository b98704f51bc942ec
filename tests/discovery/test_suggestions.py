"""What the search box offers: by letters, sounds and first letters, in bounded time, and nothing that must not be offered."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from marketplace.accounts.models import ConsentDocument, User
from marketplace.accounts.services import give_consent
from marketplace.discovery import services, suggestion_table
from marketplace.discovery.engines.base import SearchRequest
from marketplace.discovery.history import pause_history, recent_searches
from marketplace.discovery.models import SearchSuggestion, SuggestionBan
from marketplace.discovery.suggestion_keys import squeezed, term_keys, typed_keys
from marketplace.discovery.suggestion_marks import covered
from marketplace.discovery.suggestion_models import SuggestionKind
from marketplace.discovery.suggestion_table import PLACES, Source, add_gigs, forget_banned, rebuild_suggestions
from marketplace.discovery.suggestions import suggest
from marketplace.discovery.tasks import catch_up
from marketplace.gigs import services as gigs
from marketplace.safety.models import Level, SensitiveWord
from marketplace.safety.words import forget_words
from tests.discovery.test_search import listed
from tests.factories import make_category, make_seller, make_user, staff_group
from tests.logins import log_in


@pytest.fixture
def catalogue(db):
    design = make_category(name="设计")
    logo = make_category(name="LOGO与品牌", parent=design)
    mini = make_category(name="小程序开发", parent=make_category(name="编程开发"))
    found = {
        "logo": listed(
            "餐饮茶饮品牌LOGO设计", tags=["logo", "茶饮"], category=logo, seller=make_seller(name="白鹤设计")
        ),
        "shop": listed("微信小程序商城 分销拼团", tags=["小程序", "商城"], category=mini),
        "other": listed("微信小程序商城 点餐", tags=["小程序", "点餐"], category=mini),
        "posts": listed("公众号排版 图文美化", tags=["公众号", "重庆", "长图"]),
    }
    services.rebuild_index()
    rebuild_suggestions()
    return found


def test_what_opens_a_category_or_a_seller_looks_unlike_what_searches_for_words(client, catalogue):
    for typed, name, icon in (
        ("小程", "小程序开发", "grid"),
        ("小程", "小程序", "search"),
        ("白鹤", "白鹤设计", "user"),
    ):
        assert {one.icon for one in suggest(typed) if one.text == name} == {icon}
    assert "#i-grid" in client.get(reverse("discovery:suggest"), {"q": "小程"}).content.decode()


def texts(typed, user=None):
    return [one.text for one in suggest(typed, user)]


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("小程", "小程序"),
        ("小程序商", "小程序商城"),  # stands in two titles
        ("xiaochengx", "小程序"),
        ("xiao'cheng'x", "小程序"),  # what an input method has in the field while somebody types
        ("ｘｃｘ", "小程序"),  # full width
        ("小cx", "小程序"),
        ("小程xu", "小程序"),
        ("小城序", "小程序"),  # sounds right
        ("LO", "logo"),
        ("茶yin", "茶饮"),
        ("chongqing", "重庆"),
        ("zhongqing", "重庆"),  # the other reading
        ("ct", "长图"),
        ("品牌", "LOGO与品牌"),  # from the second part of a name on
        ("bhsj", "白鹤设计"),
        ("白鹤", "白鹤设计"),
        ("公眾", "公众号"),  # traditional
    ],
)
def test_letters_sounds_first_letters_and_mixtures_find_the_term(catalogue, typed, offered):
    assert offered in texts(typed)


def test_a_mixture_offers_only_what_has_its_characters(catalogue):
    listed("学车陪练", tags=["校车x"])
    rebuild_suggestions()
    assert "校车x" in texts("xcx")
    assert "校车x" not in texts("小cx")


@pytest.mark.parametrize("typed", ["", "   ", "%", "_", "\\", "a" * 500, "'; --", "🙂", "\x00"])
def test_nothing_that_is_typed_breaks_or_matches_everything(catalogue, typed):
    assert suggest(typed) == []


def test_lines_come_in_groups_with_the_part_that_was_typed(catalogue):
    lines = suggest("xcx")
    groups = list(dict.fromkeys(one.group for one in lines))
    assert groups == [group for group in ("你搜过的", "搜索建议", "类目", "服务", "服务商") if group in groups]
    assert len(groups) == len({one.group for one in lines})
    by_text = {one.text: one for one in lines}
    assert by_text["小程序"].parts == ("", "小程序", "")
    assert by_text["小程序开发"].parts == ("", "小程序", "开发")
    assert "category=" in by_text["小程序开发"].url


@pytest.mark.parametrize(
    ("term", "typed", "part"),
    [
        ("公众号排版", "排版", "排版"),
        ("小程序商城", "小程xu", "小程序"),
        ("小程序商城", "xiaoch", "小程"),
        ("logo设计", "logosh", "logo设"),
        ("logo 设计", "logosj", "logo 设计"),
        ("LOGO与品牌", "pinp", "品牌"),
        ("海报", "xcx", ""),
        ("catalogue", "logue", ""),
    ],
)
def test_the_typed_part_is_found_in_the_term(term, typed, part):
    start, end = covered(term, squeezed(typed))
    assert term[start:end] == part


def test_keys_are_text_sounds_and_first_letters():
    assert {"logo设计", "logosheji", "logosj", "lsj"} <= set(term_keys("Logo 设计"))
    assert {"chongqing", "zhongqing", "cq"} <= set(term_keys("重庆"))
    assert typed_keys("小cx") == ("小cx", "xiaocx", "xcx")


def test_what_left_the_shelf_goes_at_night_and_what_stays_is_not_written_again(catalogue):
    before = dict(SearchSuggestion.objects.values_list("pk", "changed_at"))
    services.remove_gig(catalogue["posts"].pk)
    User.objects.filter(pk=catalogue["posts"].seller_id).update(is_active=False)
    rebuild_suggestions()
    assert "公众号" not in texts("gzh")
    after = dict(SearchSuggestion.objects.values_list("pk", "changed_at"))
    assert after
    assert after.items() <= before.items()


def test_a_new_service_is_offered_as_soon_as_it_is_indexed(catalogue):
    gig = listed("水彩插画头像", tags=["水彩"], seller=make_seller(name="南山画室"))
    assert texts("shuicai") == []
    catch_up()
    assert texts("shuicai") == ["水彩"]
    assert texts("nshs") == ["南山画室"]
    assert add_gigs([gig.pk]) == 0


def test_a_seller_who_closed_or_took_another_name_is_not_offered(catalogue):
    seller = catalogue["logo"].seller
    seller.profile.display_name = "青鸟设计"
    seller.profile.save()
    assert texts("白鹤") == []
    rebuild_suggestions()
    assert texts("青鸟") == ["青鸟设计"]
    User.objects.filter(pk=seller.pk).update(is_active=False)
    assert texts("青鸟") == []


def test_a_hidden_category_is_not_offered(catalogue, django_capture_on_commit_callbacks):
    category = catalogue["shop"].category
    category.is_active = False
    category.save()
    from marketplace.discovery.categories import forget_categories

    forget_categories()
    assert "小程序开发" not in texts("xcxkf")


def searched(query, people):
    for _number in range(people):
        person = make_user()
        give_consent(user=person, document=ConsentDocument.SEARCHES)
        services.record_search(user=person, request=SearchRequest(query=query), result_count=3)


def test_what_five_people_searched_for_is_offered_to_others_and_four_are_too_few(catalogue):
    searched("奶茶店招牌", 4)
    searched("奶茶店菜单", 4)
    searched("奶茶店菜单", 1)
    for _again in range(5):
        services.record_search(user=None, request=SearchRequest(query="奶茶店地址"), result_count=3)
    rebuild_suggestions()
    assert texts("奶茶") == ["奶茶店菜单"]


def test_one_person_who_searches_often_is_one(catalogue):
    person = make_user()
    give_consent(user=person, document=ConsentDocument.SEARCHES)
    for _again in range(9):
        services.record_search(user=person, request=SearchRequest(query="奶茶店菜单"), result_count=3)
    rebuild_suggestions()
    assert texts("奶茶") == []


def test_watched_words_and_contact_details_are_not_offered(catalogue):
    SensitiveWord.objects.create(word="代开票", level=Level.FLAG)
    forget_words()
    searched("代开票服务", 6)
    searched("加我微信 jiajia8899", 6)
    searched("开票软件", 6)
    rebuild_suggestions()
    assert texts("代开") == []
    assert texts("加我") == []
    assert texts("开票") == ["开票软件"]


def test_staff_keep_a_term_away_at_once_and_for_good(catalogue, django_capture_on_commit_callbacks):
    address = reverse("wagtailsnippets_discovery_suggestionban:add")
    with django_capture_on_commit_callbacks(execute=True):
        marketer = make_user()
        marketer.groups.add(staff_group("marketer"))
        assert log_in(marketer).post(address, {"term": "小程序", "reason": "测试"}).status_code == 302
    assert SuggestionBan.objects.get().term == "小程序"
    assert "小程序" not in texts("小程")
    assert "小程序商城" in texts("小程")
    rebuild_suggestions()
    assert "小程序" not in texts("小程")
    SuggestionBan.objects.update(is_part=True)
    forget_banned()
    rebuild_suggestions()
    assert [one.text for one in suggest("小程") if "category=" not in one.url] == []


def test_a_keystroke_costs_the_same_among_many_that_begin_alike(catalogue):
    def sources():
        for number in range(3000):
            yield Source(SuggestionKind.TITLE, f"设计{number}", number + 1)
            yield Source(SuggestionKind.TAG, f"设计标{number}", 1)

    rebuild_suggestions(sources=sources)
    assert "设计2999" in texts("s")
    for typed in ("s", "设", "设计", "sheji"):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM discovery_searchsuggestion WHERE key LIKE %s AND reach <= %s",
                [typed + "%", len(typed)],
            )
            assert cursor.fetchone()[0] <= PLACES * 2 * len(typed)
    with CaptureQueriesContext(connection) as captured:
        suggest("设计")
    assert len(captured) <= 3


def test_the_weightiest_of_all_that_begin_so_are_offered(catalogue):
    rebuild_suggestions(
        sources=lambda: [Source(SuggestionKind.TITLE, f"海报{number:03}", number) for number in range(1, 200)]
    )
    assert texts("h")[:3] == ["海报199", "海报198", "海报197"]
    assert texts("海报00") == [f"海报{number:03}" for number in range(9, 1, -1)]


def test_only_one_process_rebuilds(catalogue):
    with suggestion_table.only_one("suggestions", seconds=60):
        assert rebuild_suggestions() == -1
    assert rebuild_suggestions() > 0


def test_own_searches_come_first_and_only_ones_own(client, catalogue):
    person, other = make_user(), make_user()
    for one, query in ((person, "小程序改版"), (person, "海报"), (other, "小程序代运营")):
        give_consent(user=one, document=ConsentDocument.SEARCHES)
        services.record_search(user=one, request=SearchRequest(query=query), result_count=1)
    assert texts("", person) == ["海报", "小程序改版"]
    assert texts("xcx", person)[0] == "小程序改版"
    assert "小程序代运营" not in texts("xcx", person)
    assert texts("", None) == []
    client.force_login(person)
    page = client.get(reverse("discovery:suggest"), {"q": ""})
    assert "小程序改版" in page.content.decode()
    assert "no-store" in page.headers["Cache-Control"]


def test_a_paused_history_takes_nothing_and_forgets_nothing(catalogue):
    person = make_user()
    give_consent(user=person, document=ConsentDocument.SEARCHES)
    services.record_search(user=person, request=SearchRequest(query="海报"), result_count=1)
    pause_history(user=person)
    services.record_search(user=person, request=SearchRequest(query="名片"), result_count=1)
    assert recent_searches(person, limit=5) == ["海报"]


def test_no_title_is_searched_letter_by_letter(catalogue):
    """A LIKE in the middle of a million titles takes seconds."""
    with CaptureQueriesContext(connection) as captured:
        suggest("设计")
    asked = [query["sql"] for query in captured if '"gigs_gig"' in query["sql"] or "LIKE" in query["sql"].upper()]
    assert [sql for sql in asked if "LIKE" in sql.upper() and "discovery_searchsuggestion" not in sql] == []


def test_a_service_that_is_booked_is_offered_itself_while_it_is_on_sale(catalogue):
    gig = listed("手写字标 国潮商标", orders=7)
    listed("手写招牌", orders=0)
    rebuild_suggestions()
    (line,) = [one for one in suggest("guochaosh") if one.group == "服务"]
    assert (line.text, line.url, line.parts[1]) == (gig.title, gig.get_absolute_url(), "国潮商")
    assert [one.text for one in suggest("sx") if one.group == "服务"] == [gig.title]
    gigs.pause_gig(gig_id=gig.pk, seller=gig.seller)
    assert suggest("guochaosh") == []


def test_the_index_of_the_beginning_is_used(catalogue):
    rebuild_suggestions(
        sources=lambda: [Source(SuggestionKind.TITLE, f"海报{number:05}", number) for number in range(1, 5000)]
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE discovery_searchsuggestion")
        cursor.execute(
            "EXPLAIN SELECT term FROM discovery_searchsuggestion"
            " WHERE kind = 'title' AND reach = ANY('{1,2,3}') AND key LIKE '海报0%'"
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "discovery_suggestion_begins" in plan


def test_the_name_of_whom_one_cannot_find_any_more_is_not_offered(catalogue):
    """Six people looked for a seller whose account is closed now."""
    seller = catalogue["logo"].seller
    for _person in range(6):
        person = make_user()
        give_consent(user=person, document=ConsentDocument.SEARCHES)
        services.record_search(user=person, request=SearchRequest(query="白鹤设计 报价"), result_count=3)
    rebuild_suggestions()
    assert "白鹤设计 报价" in texts("白鹤")
    User.objects.filter(pk=seller.pk).update(is_active=False)
    catch_up()
    rebuild_suggestions()
    assert texts("白鹤") == []
