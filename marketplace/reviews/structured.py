"""What search engines read of a service's reviews: the ones that the page shows, added to the service by its `@id`."""

from marketplace.core import structured_data as schema
from marketplace.gigs.models import Gig
from marketplace.reviews.models import Review


def reviews_of(gig: Gig, reviews: list[Review]) -> schema.Json:
    """A block for the page of `gig`, which describes the service itself (gigs/structured.py); {} without reviews with words."""
    said = [review for review in reviews if review.body]
    if not said:
        return {}
    url = schema.absolute(gig.get_absolute_url())
    service = schema.Service(
        id=f"{url}#service",
        name=gig.title,
        review=[
            schema.Review(
                id=f"{url}#review-{review.pk}",
                author=schema.Person(name=review.author.display_name),
                date_published=review.published_at,
                review_body=review.body,
                review_rating=schema.Rating(rating_value=review.stars),
            )
            for review in said
        ],
    )
    return service.as_document()
