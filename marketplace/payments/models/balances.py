from django.db import models
from django.utils.translation import gettext_lazy as _

from marketplace.core.models import TimeStamped
from marketplace.payments.models.payments import GatewayCode

MERCHANT_ACCOUNT = "merchant"  # the one our bills are of: Alipay's account, WeChat's basic account


class AccountBalance(TimeStamped):
    """What an institution says one of our accounts held at the end of a day, beside what our books say for that moment.

    there = (here − custody) + before + transit + later + unexplained, all in fen. What is unexplained stops payouts.
    """

    gateway = models.CharField(_("gateway"), max_length=10, choices=GatewayCode)
    account = models.CharField(_("account"), max_length=10, default=MERCHANT_ACCOUNT)
    day = models.DateField(_("day"))
    there_fen = models.BigIntegerField(_("held by the institution, in fen"))
    here_fen = models.BigIntegerField(_("by our books, in fen"))
    # Of it in sellers' own accounts: held for the same people, and not in this account.
    custody_fen = models.BigIntegerField(_("in sellers' accounts, in fen"), default=0)
    # Our own money that was there before the first comparison; carried from day to day.
    before_fen = models.BigIntegerField(_("there before the books, in fen"), default=0)
    # On one side before midnight, on the other after it; `transit` lists each: number and fen.
    transit_fen = models.BigIntegerField(_("in transit, in fen"), default=0)
    transit = models.JSONField(default=list)
    # Booked since midnight for this day or an earlier one: the day's fees, and what finance booked about a bill.
    later_fen = models.BigIntegerField(_("booked since for that day, in fen"), default=0)
    unexplained_fen = models.BigIntegerField(_("unexplained, in fen"))
    # Numbers of ours of which only one side is known yet, for the next day: number → [fen, day].
    open_numbers = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("balance of an account")
        verbose_name_plural = _("balances of accounts")
        ordering = ["-day", "gateway"]
        constraints = [
            models.UniqueConstraint(fields=["gateway", "account", "day"], name="payments_balance_once"),
        ]

    def __str__(self) -> str:
        return f"{self.gateway} {self.account} {self.day}"

    @property
    def expected_fen(self) -> int:
        """What the account should have held by everything we know, in fen."""
        return self.there_fen - self.unexplained_fen
