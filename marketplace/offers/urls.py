from django.urls import path

from marketplace.offers.views import briefs, offers

app_name = "offers"
urlpatterns = [
    path("offers/<int:pk>/", offers.negotiation, name="negotiation"),
    path("offers/<int:pk>/pay/", offers.pay, name="pay"),
    path("offers/answer/<int:pk>/accept/", offers.accept, name="accept"),
    path("offers/answer/<int:pk>/counter/", offers.counter, name="counter"),
    path("offers/answer/<int:pk>/decline/", offers.decline, name="decline"),
    path("offers/answer/<int:pk>/withdraw/", offers.withdraw, name="withdraw"),
    path("briefs/", briefs.mine, name="briefs"),
    path("briefs/new/", briefs.new, name="brief_new"),
    path("briefs/<int:pk>/", briefs.brief, name="brief"),
    path("briefs/<int:pk>/answer/", briefs.answer, name="brief_answer"),
    path("briefs/<int:pk>/close/", briefs.close, name="brief_close"),
    path("briefs/<int:pk>/reopen/", briefs.reopen, name="brief_reopen"),
    path("briefs/<int:pk>/files/<int:file_id>/", briefs.file, name="brief_file"),
    path("desk/briefs/", briefs.desk, name="desk_briefs"),
]
