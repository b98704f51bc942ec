"""The demo's page tree, from the data files of portal/demo/data. Chinese first, then English as its translation."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.core.files.images import ImageFile
from django.db import transaction
from django.utils import timezone
from wagtail.models import Locale, Page, Revision, Site
from wagtail.models.reference_index import ReferenceIndex
from wagtail.signal_handlers import disable_reference_index_auto_update

from cms_pages.blocks import Icon
from cms_pages.demo_prose import prose_body
from cms_pages.demo_rules import build_demo_rules
from cms_pages.demo_showcase import add_showcase, make_film
from cms_pages.demo_streams import category_body, home_body, landing_body, popular_searches, worked_example
from cms_pages.demo_texts import TEXTS
from cms_pages.images import SiteImage
from cms_pages.models import (
    CategoryPage,
    HelpIndexPage,
    HelpPage,
    HelpSectionPage,
    HomePage,
    LandingIndexPage,
    LandingPage,
    RulesDocument,
    SiteSettings,
    StandardPage,
)
from cms_pages.navigation import forget_navigation
from cms_pages.permissions import grant_sections
from marketplace.gigs.models import Gig, GigCategory

Progress = Callable[[str], None]
_SECTION_ICONS = (Icon.SEARCH, Icon.LOCK, Icon.BOX, Icon.SHIELD, Icon.WALLET, Icon.USER)
# Our names of the languages in the data files → Wagtail's.
LANGUAGES = {"zh": "zh-hans", "en": "en"}


def build_demo_site(
    *,
    data_directory: Path,
    media_directory: Path,
    categories: dict[str, GigCategory],
    progress: Progress,
    rebuild: bool = False,
) -> None:
    """Make the whole tree in both languages, published.

    `categories`: by slug, both levels. `progress` is told what is being made. When there is a home page already nothing
    is touched, unless `rebuild` says to throw the pages away first.
    """
    if HomePage.objects.exists() and not rebuild:
        progress("pages: already there")
        return
    with transaction.atomic(), disable_reference_index_auto_update():
        _Builder(data_directory, media_directory, categories, progress).build()
    cache.clear()


class _Builder:
    """Holds what the pages share: data, pictures, locales, and the Chinese pages that the English ones translate."""

    def __init__(
        self, data_directory: Path, media_directory: Path, categories: dict[str, GigCategory], progress: Progress
    ) -> None:
        self.data_directory = data_directory
        self.media_directory = media_directory
        self.categories = categories
        self.progress = progress
        self.images: dict[str, SiteImage | None] = {}
        self.translation_keys: dict[str, Any] = {}
        self.made: list[Page] = []
        self.catalogue = self.read("categories", [])
        gigs = dict(Gig.objects.values_list("title", "pk"))
        # The data names gigs by its own ids; in the database they are found by title.
        self.gig_data = [row for row in self.read("gigs", []) if row["title"] in gigs]
        self.gig_ids = {row["id"]: gigs[row["title"]] for row in self.gig_data}

    def read(self, name: str, default: Any) -> Any:
        """The content of a data file, or `default` when the demo does not have it."""
        file = self.data_directory / f"{name}.json"
        return json.loads(file.read_text(encoding="utf-8")) if file.exists() else default

    def image(self, name: str, description: str = "") -> SiteImage | None:
        """The picture `pages/<name>.webp`, stored once; None when there is none."""
        if name not in self.images:
            file = self.media_directory / "pages" / f"{name}.webp"
            self.images[name] = SiteImage.objects.filter(title=name).first()
            if self.images[name] is None and file.exists():
                with file.open("rb") as content:
                    self.images[name] = SiteImage.objects.create(
                        title=name, description=description, file=ImageFile(content, name=file.name)
                    )
        return self.images[name]

    def build(self) -> None:
        self._clear()
        homes = {language: self._home(language) for language in LANGUAGES}
        site = Site.objects.filter(is_default_site=True).first() or Site(is_default_site=True, hostname="localhost")
        site.root_page, site.site_name = homes["zh"], "匠集"
        site.save()
        for language, home in homes.items():
            self.progress(f"pages: {language}")
            with_articles = self._help(language, home)
            self._categories(language, home, with_articles)
            self._topics(language, home)
            self._standard(language, home)
            self._home_body(language, home)
        _publish(self.made)
        grant_sections()  # nothing was published one by one, which would have given the sections to their groups
        build_demo_rules(_rows(self.read("standard_pages", []), "pages"))
        SiteSettings.objects.update_or_create(site=site, defaults=_SETTINGS)
        forget_navigation()
        self.progress(f"pages: {Page.objects.filter(depth__gt=1, live=True).count()} live")

    def _clear(self) -> None:
        ReferenceIndex.objects.filter(base_content_type__app_label="cms_pages").delete()
        root = Page.get_first_root_node()
        for child in root.get_children():
            child.specific.delete()

    def add(self, parent: Page, page: Page, key: str, language: str) -> Page:
        """Put a page below `parent`, as the translation of what `key` named before, and publish it."""
        page.locale = Locale.objects.get_or_create(language_code=LANGUAGES[language])[0]
        if key in self.translation_keys:
            page.translation_key = self.translation_keys[key]
        page.live = True
        page.first_published_at = page.last_published_at = timezone.now()
        parent.add_child(instance=page)
        self.translation_keys.setdefault(key, page.translation_key)
        self.made.append(page)
        return page

    def _home(self, language: str) -> Page:
        data, words = self.read("home", {}).get(language, {}), TEXTS[language]
        hero = data.get("hero", {})
        first, found, second = hero.get("title", words["home_title"]).partition(words["first_break"])
        page = HomePage(
            title=words["home_title"],
            slug="home" if language == "zh" else f"home-{language}",
            seo_title=words["home_title"],
            search_description=words["home_seo"],
            hero_title=first + found,
            hero_title_second_line=second,
            hero_text=hero.get("text", words["home_seo"]),
            search_placeholder=hero.get("search_placeholder", ""),
            popular_searches=popular_searches(data),
            example=worked_example(language),
        )
        return self.add(Page.get_first_root_node(), page, "home", language)

    def _home_body(self, language: str, home: Page) -> None:
        """Last, because the home page links to topics and help."""
        home.refresh_from_db()  # its children were counted meanwhile
        data = self.read("home", {}).get(language, {})
        topics = LandingPage.objects.descendant_of(home)
        escrow = HelpPage.objects.descendant_of(home).filter(slug="where-the-money-is").first()
        home.body = home_body(
            data,
            language,
            topics={page.slug: page for page in topics},
            help_page=escrow or HelpIndexPage.objects.descendant_of(home).first(),
            image_of=lambda number: self.image(f"landing-{number}") or self.image(f"category-{number}"),
            gigs=self.gig_data,
            categories={category.name: category for category in self.categories.values()},
        )
        home.save()
        self.made = [home if page.pk == home.pk else page for page in self.made]

    def _categories(self, language: str, home: Page, articles: list[Page]) -> None:
        words = TEXTS[language]
        for number, entry in enumerate(self.catalogue, start=1):
            image = self.image(f"category-{number}", f"{entry['name']}类目的配图")
            top = self._category(language, home, entry, image, number, articles, entry_words=words)
            for child in entry["subcategories"]:
                self._category(language, top, child, image, number, articles, entry_words=words)

    def _category(
        self,
        language: str,
        parent: Page,
        entry: dict[str, Any],
        image: SiteImage | None,
        number: int,
        articles: list[Page],
        *,
        entry_words: dict[str, Any],
    ) -> Page:
        category = self.categories[entry["slug"]]
        is_top = category.parent_id is None
        name = category.name if language == "zh" else category.name_en
        summary = category.summary if language == "zh" else category.summary_en
        names = [child["name" if language == "zh" else "name_en"] for child in entry.get("subcategories", [])]
        count = ("、" if language == "zh" else ", ").join(names[:4]) or name
        related = [articles[(number + offset) % len(articles)] for offset in range(3)] if articles and is_top else []
        page = CategoryPage(
            title=name,
            slug=entry["slug"],
            category=category,
            intro=summary or entry_words["subcategory_intro"].format(name=name),
            search_description=entry_words["category_seo"].format(name=name, count=count),
            hero_image=image if is_top else None,
            body=category_body(language, is_top=is_top, articles=related, picks=[]),
            show_in_menus=is_top,
        )
        return self.add(parent, page, f"category:{entry['slug']}", language)

    def _topics(self, language: str, home: Page) -> None:
        title, intro = TEXTS[language]["topics"]
        index = LandingIndexPage(title=title, slug="topics", intro=intro, search_description=intro, show_in_menus=True)
        self.add(home, index, "topics", language)
        for number, entry in enumerate(self.read("landings", []), start=1):
            data = entry[language]
            image = self.image(f"landing-{number}", entry["zh"]["title"])
            page = LandingPage(
                title=data["title"],
                slug=data["slug"],
                seo_title=data["seo_title"],
                search_description=data["search_description"],
                summary=data["hero_title"],
                image=image,
                social_image=image,
                body=landing_body(data, language, image=image, gig_ids=self.gig_ids),
            )
            self.add(index, page, f"landing:{entry['key']}", language)
        image = self.image("landing-1")
        make_film(self.media_directory, poster=self.image("escrow-poster"))
        add_showcase(index, code=LANGUAGES[language], language=language, image=image, add=self.add)

    def _help(self, language: str, home: Page) -> list[Page]:
        title, intro = TEXTS[language]["help"]
        index = HelpIndexPage(title=title, slug="help", intro=intro, search_description=intro, show_in_menus=True)
        self.add(home, index, "help", language)
        made: list[Page] = []
        for number, entry in enumerate(_rows(self.read("help", []), "sections")):
            data = entry[language]
            section = HelpSectionPage(
                title=data["title"],
                slug=data.get("slug") or _key(entry),
                icon=_SECTION_ICONS[number % len(_SECTION_ICONS)],
                intro=data.get("intro") or data.get("summary") or data.get("text") or "",
                search_description=data.get("search_description", ""),
                show_in_menus=True,
            )
            self.add(index, section, f"help:{_key(entry)}", language)
            for article in entry.get("articles") or entry.get("pages") or []:
                made.append(self._article(language, section, article))
        return made

    def _article(self, language: str, section: Page, entry: dict[str, Any]) -> Page:
        data = entry[language]
        page = HelpPage(
            title=data["title"],
            slug=data.get("slug") or _key(entry),
            seo_title=data.get("seo_title", ""),
            summary=data.get("summary", ""),
            search_description=data.get("search_description") or data.get("summary", ""),
            body=prose_body(data, self.image),
        )
        return self.add(section, page, f"article:{_key(entry)}", language)

    def _standard(self, language: str, home: Page) -> None:
        for entry in _rows(self.read("standard_pages", []), "pages"):
            data = entry[language]
            page = StandardPage(
                title=data["title"],
                slug=data.get("slug") or _key(entry),
                seo_title=data.get("seo_title", ""),
                intro=data.get("intro") or data.get("summary") or "",
                search_description=data.get("search_description") or data.get("summary", ""),
                body=prose_body(data),
                show_in_menus=True,
                rules_document=_key(entry) if _key(entry) in RulesDocument.values else "",
            )
            self.add(home, page, f"standard:{_key(entry)}", language)


def _publish(pages: list[Page]) -> None:
    """Give live pages their revisions, all at once: `save_revision` and `publish` take a hundred queries a page."""
    base_type = ContentType.objects.get_for_model(Page)
    now = timezone.now()
    revisions = Revision.objects.bulk_create(
        Revision(
            content_type=page.cached_content_type,
            base_content_type=base_type,
            object_id=str(page.pk),
            object_str=str(page),
            created_at=now,
            content=page.serializable_data(),
        )
        for page in pages
    )
    rows = [
        Page(pk=page.pk, latest_revision=revision, live_revision=revision, latest_revision_created_at=now)
        for page, revision in zip(pages, revisions, strict=True)
    ]
    Page.objects.bulk_update(rows, ["latest_revision", "live_revision", "latest_revision_created_at"])


def _rows(data: Any, name: str) -> list[dict[str, Any]]:
    """The rows of a data file that is a list, or an object with the list under `name`."""
    return data.get(name, []) if isinstance(data, dict) else data


def _key(entry: dict[str, Any]) -> str:
    return entry.get("key") or entry["slug"]


_SETTINGS = {
    "company_name": "匠集（演示）",
    "icp_number": "浙ICP备2026000000号-1",
    "police_number": "浙公网安备33010000000000号",
    "licence_number": "增值电信业务经营许可证 浙B2-20260000",
    "report_line": "12377",
    "support_phone": "0571-0000-0000",
    "support_email": "support@jiangji.example",
    "support_hours": "每天9:00至21:00。",
    "support_hours_en": "Every day, 9:00 to 21:00.",
}
