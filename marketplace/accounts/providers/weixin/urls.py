from allauth.socialaccount.providers.oauth2.urls import default_urlpatterns

from marketplace.accounts.providers.weixin.provider import WeixinProvider

urlpatterns = default_urlpatterns(WeixinProvider)
