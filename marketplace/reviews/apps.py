from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReviewsConfig(AppConfig):
    name = "marketplace.reviews"
    verbose_name = _("Reviews")

    def ready(self) -> None:
        from marketplace.accounts.personal_data import register
        from marketplace.reviews import forgetting
        from marketplace.reviews.appeal_own_data import AppealsSection
        from marketplace.reviews.own_data import ReviewsSection
        from marketplace.reviews.services.pictures import REVIEW_PICTURES
        from marketplace.reviews.written_texts import REVIEWS
        from marketplace.safety.text_sources import register_texts
        from marketplace.uploads import purposes

        forgetting.connect()
        register("reviews", ReviewsSection())
        register_texts(REVIEWS)
        purposes.register(REVIEW_PICTURES)
        register("reviews_appeals", AppealsSection())
