"""The yardsticks of `bin/bench pages`: Django without any middleware that says one word, and that fills 24 cards (tpl24).

tpl24 is that of facts/performance.md, section 1a: 24 cards through Django's templates with two filters on each. There it does
0.233 to 0.237 of the requests that hello does; `tpl24_vs_hello` in what is printed says what it does here.
"""

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

CARDS = 24
_TEMPLATE = """<!doctype html>
<html lang="zh"><head><meta charset="utf-8"><title>{{ title }}</title></head><body><h1>{{ title }}</h1><ul>
{% for card in cards %}<li class="card">
<a href="/gigs/{{ card.number }}/{{ card.slug }}/"><img src="{{ card.picture }}" alt="{{ card.title }}" width="400"></a>
<p class="seller">{{ card.seller }}</p><h3>{{ card.title|truncatechars:40 }}</h3>
<p class="rating">{{ card.rating }} ({{ card.reviews }})</p><p class="price">¥{{ card.price|floatformat:2 }}</p>
</li>
{% endfor %}</ul></body></html>"""

settings.configure(
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    SECRET_KEY="bench",  # noqa: S106 signs nothing that matters
    MIDDLEWARE=[],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {"loaders": [("django.template.loaders.locmem.Loader", {"cards.html": _TEMPLATE})]},
        }
    ],
)
# Compiled once, as production's cached loader does.
settings.TEMPLATES[0]["OPTIONS"]["loaders"] = [
    ("django.template.loaders.cached.Loader", settings.TEMPLATES[0]["OPTIONS"]["loaders"])
]


def hello(_request: HttpRequest) -> HttpResponse:
    """One word."""
    return HttpResponse("hello")


def cards(request: HttpRequest) -> HttpResponse:
    """tpl24."""
    made = [
        {
            "number": number,
            "slug": f"logo-{number}",
            "picture": f"/media/pictures/{number}.webp",
            "title": "为奶茶店、咖啡馆和面包房设计标志，两个方案选一个深化，三天出初稿，可以商用，附源文件和使用说明书",
            "seller": "青山设计工作室",
            "rating": 4.9,
            "reviews": number * 7,
            "price": 128 + number * 10.5,
        }
        for number in range(CARDS)
    ]
    return render(request, "cards.html", {"title": "标志设计", "cards": made})


urlpatterns = [path("", hello), path("cards/", cards)]
application = get_wsgi_application()
