"""The index as Elasticsearch and OpenSearch are told to keep it. No plug-in: the words were cut and folded in Python."""

from typing import Any

# Counted up with every change below. Each version has names of its own (replica/indices.py): after a release with another
# one PostgreSQL answers until `manage.py rebuild_search` has run.
VERSION = 2

# Words of the gig by field, separated by blanks, and how much a hit there is worth when candidates are chosen
# (facts/search.md, section 3). The order that people see is the scorer's.
FIELDS = {"title": 1.0, "tags": 0.75, "names": 0.45, "body": 0.3}
WORDS = {"type": "text", "analyzer": "whitespace", "similarity": "short"}

SETTINGS: dict[str, Any] = {
    "number_of_shards": 1,  # a million gigs are a gigabyte
    "number_of_replicas": 0,
    "auto_expand_replicas": "0-1",  # a second copy as soon as there is a second node
    "refresh_interval": "1s",
    # Titles are short: with the usual 0.75 a word more would cost too much.
    "similarity": {"short": {"type": "BM25", "b": 0.3}},
}

PROPERTIES: dict[str, Any] = {
    **dict.fromkeys(FIELDS, WORDS),
    "title_pairs": WORDS,  # each two neighbouring characters of the title
    "gig_id": {"type": "long"},
    "seller_id": {"type": "long"},
    "seller_name": {"type": "keyword"},
    "category": {"type": "keyword"},
    "subcategory": {"type": "keyword"},
    "attributes": {"type": "keyword"},
    "level": {"type": "keyword"},
    "price_fen": {"type": "long"},
    "delivery_days": {"type": "integer"},
    "rating": {"type": "double"},
    "rating_count": {"type": "integer"},
    "rating_bound": {"type": "double"},  # what a list by rating is sorted by (core/ratings.py)
    "orders": {"type": "integer"},
    "quality": {"type": "float"},
    "created_at": {"type": "date"},
    "is_on_sale": {"type": "boolean"},
}


def index_body() -> dict[str, Any]:
    """What an index is made with."""
    return {
        "settings": {"index": SETTINGS},
        "mappings": {
            "dynamic": "strict",
            "_meta": {"version": VERSION},
            "properties": PROPERTIES,
        },
    }
