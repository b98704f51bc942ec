"""What search engines read of a service's reviews: the ones that the page shows, added to the service by its `@id`."""

from collections.abc import Iterable

from marketplace.core import structured_data as schema
from marketplace.reviews.shown import ShownReview


def reviews_of(gig_url: str, gig_title: str, reviews: Iterable[ShownReview]) -> schema.Json:
    """A block for the page of a service, which describes itself (gigs/structured.py); {} where no review has words."""
    said = [review for review in reviews if review.body]
    if not said:
        return {}
    url = schema.absolute(gig_url)
    service = schema.Service(
        id=f"{url}#service",
        name=gig_title,
        review=[
            schema.Review(
                id=f"{url}#review-{review.pk}",
                author=schema.Person(name=review.author_name),
                date_published=review.published_at,
                review_body=review.body,
                review_rating=schema.Rating(rating_value=review.stars),
            )
            for review in said
        ],
    )
    return service.as_document()
