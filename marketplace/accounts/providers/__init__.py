"""Log-in by WeChat, QQ and Weibo, for allauth. One package a provider, in allauth's layout; what they share is in `base`.

allauth brings a `weixin` and a `weibo`. Its `weixin` takes the openid for the person, which differs between computer and
phone, garbles nicknames, and has addresses that cannot be pointed elsewhere; there is no `qq` (facts/accounts.md,
section 1). So these four stand in their place, and allauth's own are not installed.
"""
