import re

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.models import Site

from marketplace.core import page_cache
from marketplace.core.commits import after_commit
from marketplace.core.remembered import forget_remembered, remember

SETTINGS_SECONDS = 300
_POLICE_REGISTER = "https://beian.mps.gov.cn/"


def _key(site_id: int) -> str:
    return f"cms:settings:{site_id}"


_icp_number = RegexValidator(
    r"^\S{1,2}ICP[备证]\s?\d{6,10}号(-\d+)?$", _("As the certificate has it, such as 浙ICP备12345678号-1.")
)
_police_number = RegexValidator(
    r"^\S{1,2}公网安备\s?\d{14}号$", _("As the certificate has it, such as 浙公网安备 33010802000001号.")
)


@register_setting(icon="cog")
class SiteSettings(BaseSiteSetting):
    """What the law wants in the footer, and how to reach us."""

    company_name = models.CharField(_("company"), max_length=80, blank=True)
    icp_number = models.CharField(_("ICP filing number"), max_length=60, blank=True, validators=[_icp_number])
    police_number = models.CharField(
        _("public security filing number"), max_length=60, blank=True, validators=[_police_number]
    )
    licence_number = models.CharField(_("telecommunications licence"), max_length=80, blank=True)
    report_line = models.CharField(_("line for reports of illegal content"), max_length=60, blank=True)
    support_phone = models.CharField(_("telephone"), max_length=30, blank=True)
    support_email = models.EmailField(_("e-mail address"), blank=True)
    support_hours = models.CharField(_("support hours in Chinese"), max_length=60, blank=True)
    support_hours_en = models.CharField(_("support hours in English"), max_length=60, blank=True)
    social_image = models.ForeignKey(
        "cms_pages.SiteImage",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("picture for sharing"),
    )

    select_related = ["social_image"]
    panels = [
        MultiFieldPanel(
            [
                FieldPanel("company_name"),
                FieldPanel("icp_number"),
                FieldPanel("police_number"),
                FieldPanel("licence_number"),
                FieldPanel("report_line"),
            ],
            heading=_("Filings"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("support_phone"),
                FieldPanel("support_email"),
                FieldPanel("support_hours"),
                FieldPanel("support_hours_en"),
            ],
            heading=_("Support"),
        ),
        FieldPanel("social_image"),
    ]

    class Meta:
        verbose_name = _("footer and filings")
        verbose_name_plural = _("footer and filings")

    @property
    def police_url(self) -> str:
        """Where anybody can look the public security filing up: the office's register, at our own entry."""
        number = re.search(r"\d{14}", self.police_number)
        return f"{_POLICE_REGISTER}#/query/webSearch?code={number[0]}" if number else _POLICE_REGISTER

    @classmethod
    def for_site(cls, site: Site) -> "SiteSettings":
        """The settings of a site; from the cache, because the footer of every page reads them."""
        if site is None:
            raise cls.DoesNotExist("there is no site")
        kept = super().for_site

        def read() -> "SiteSettings":
            page_cache.shows(page_cache.SITE)
            return kept(site)

        return remember(_key(site.pk), read, seconds=SETTINGS_SECONDS)

    def save(self, *args: object, **kwargs: object) -> None:
        super().save(*args, **kwargs)
        forget_remembered(_key(self.site_id))
        after_commit(forget_remembered, _key(self.site_id))  # a reader in between may have stored the old ones again
        page_cache.forget(page_cache.SITE)
