"""What verified sellers took out month by month, with the income tax that was withheld."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from uuid import UUID, uuid4

from django.utils import timezone

from marketplace.accounts.models import User
from marketplace.accounts.selectors import verified_real_name
from marketplace.core.config import get_config
from marketplace.core.encryption import encrypt_text
from marketplace.core.identifiers import READABLE_ALPHABET
from marketplace.ledger.models import Wallet
from marketplace.payments import payout_selectors
from marketplace.payments.models import (
    GatewayCode,
    Payout,
    PayoutDestination,
    PayoutDestinationKind,
    PayoutStatus,
    TaxYear,
)
from marketplace.payments.services import request_payout
from marketplace.payments.tax import YearSoFar, withholding
from portal.demo.bulk import backdate, insert
from portal.demo.sources import SEED

DAY_OF_MONTH = 5
WHOLE_FEN = 100_00  # people take out round sums
# Nobody empties a wallet; and whoever tries the demo can withdraw on any day of the month.
LEFT_FEN = 2_000_00
UNDER_WAY = timedelta(minutes=3)
# The newest bills are fetched from the sandbox, which knows nothing of these transfers.
UNBILLED = timedelta(days=4)
CARD, CARD_MASKED, BANK = "6225880123456783", "**** 6783", "招商银行"


@dataclass(frozen=True)
class Moment:
    """A seller looks at the wallet, to take out what is there."""

    at: datetime
    seller: User


@dataclass(frozen=True)
class Withdrawal:
    """A payout that arrived; amounts in fen."""

    moment: Moment
    reference: str
    gross_fen: int
    tax_fen: int

    @property
    def net_fen(self) -> int:
        """What arrived."""
        return self.gross_fen - self.tax_fen

    @property
    def year(self) -> int:
        """The tax year, by China's calendar."""
        return timezone.localtime(self.moment.at).year


@dataclass
class Withdrawals:
    """Taxes each as the service would have, and remembers the year of each seller."""

    years: dict[tuple[int, int], YearSoFar] = field(default_factory=dict)
    done: list[Withdrawal] = field(default_factory=list)
    chance: Random = field(default_factory=lambda: Random(f"{SEED}:withdrawals"))

    def take(self, moment: Moment, available_fen: int) -> Withdrawal | None:
        """Take out the round part of what is not left in the wallet, or nothing when that is less than one may."""
        gross_fen = min((available_fen - LEFT_FEN) // WHOLE_FEN * WHOLE_FEN, get_config("payouts.maximum_fen"))
        if gross_fen < get_config("payouts.minimum_fen"):
            return None
        day = timezone.localtime(moment.at).date()
        key = (moment.seller.pk, day.year)
        so_far = self.years.get(key, YearSoFar(first_month=day.month))
        tax_fen = withholding(gross_fen=gross_fen, day=day, so_far=so_far).tax_fen
        self.years[key] = YearSoFar(so_far.first_month, so_far.income_fen + gross_fen, so_far.withheld_fen + tax_fen)
        reference = "PO" + "".join(self.chance.choice(READABLE_ALPHABET) for _ in range(26))
        withdrawal = Withdrawal(moment, reference, gross_fen, tax_fen)
        self.done.append(withdrawal)
        return withdrawal

    def write(self, staff: dict[str, User]) -> None:
        """Rows of payouts, of the cards they went to, and of the years of tax. Two of `staff` approved the large ones."""
        approvers = (staff["finance"], staff["admin"])
        sellers = {withdrawal.moment.seller.pk: withdrawal.moment.seller for withdrawal in self.done}
        cards = {pk: _card(seller) for pk, seller in sellers.items()}
        insert(cards.values())
        years = {
            key: TaxYear(
                user_id=key[0],
                year=key[1],
                first_month=so_far.first_month,
                income_fen=so_far.income_fen,
                withheld_fen=so_far.withheld_fen,
            )
            for key, so_far in self.years.items()
        }
        insert(years.values())
        payouts = [self._payout(withdrawal, cards, years, approvers) for withdrawal in self.done]
        insert(payouts)
        asked = {payout.pk: withdrawal.moment.at for payout, withdrawal in zip(payouts, self.done, strict=True)}
        backdate(Payout, asked)
        first = {cards[seller_pk].pk: seller.date_joined for seller_pk, seller in sellers.items()}
        backdate(PayoutDestination, first)

    def _payout(
        self,
        withdrawal: Withdrawal,
        cards: dict[int, PayoutDestination],
        years: dict[tuple[int, int], TaxYear],
        approvers: tuple[User, User],
    ) -> Payout:
        moment = withdrawal.moment
        is_large = withdrawal.gross_fen > get_config("payouts.approval_threshold_fen")
        return Payout(
            user=moment.seller,
            reference=withdrawal.reference,
            request_key=UUID(int=self.chance.getrandbits(128), version=4),
            gateway=GatewayCode.ALIPAY,
            destination=cards[moment.seller.pk],
            gross_fen=withdrawal.gross_fen,
            tax_fen=withdrawal.tax_fen,
            amount_fen=withdrawal.net_fen,
            tax_year=years[(moment.seller.pk, withdrawal.year)],
            status=PayoutStatus.PAID,
            first_approver=approvers[0] if is_large else None,
            second_approver=approvers[1] if is_large else None,
            gateway_transfer_no=f"{moment.at:%Y%m%d}1100{self.chance.randrange(10**18):018d}",
            attempts=1,
            next_attempt_at=moment.at,
            sent_at=moment.at,
            finished_at=moment.at + UNDER_WAY,
        )


def moments(sellers: list[User], now: datetime) -> Iterator[Moment]:
    """The fifth of each month since a verified seller opened the desk, in the morning, each at a time of their own."""
    chance = Random(f"{SEED}:moments")
    for seller in sellers:
        minute = chance.randrange(30, 300)
        if not verified_real_name(seller):
            continue
        first = timezone.localtime(seller.date_joined).replace(day=DAY_OF_MONTH, hour=9, minute=0, second=41)
        at = first + timedelta(minutes=minute)
        while at < now - UNBILLED:
            if at > seller.date_joined:
                yield Moment(at, seller)
            at = at.replace(year=at.year + at.month // 12, month=at.month % 12 + 1)


def ask_for_much(*, but_not: User) -> None:
    """The two richest sellers ask for more than one person of finance may let go: two of them have to approve.

    `but_not` is the seller whose log-in is printed: what they ask for on the same day would have to wait as well.
    """
    if not payout_selectors.payouts_are_offered():
        return
    more_fen = get_config("payouts.approval_threshold_fen") + WHOLE_FEN
    rich = Wallet.objects.filter(
        available_account__balance_fen__gte=more_fen,
        # Without this the next line would find those who have none at all.
        user__payout_destinations__isnull=False,
        user__payout_destinations__retired_at=None,
    )
    for wallet in (
        rich.exclude(user=but_not).select_related("user").order_by("-available_account__balance_fen", "pk")[:2]
    ):
        card = payout_selectors.destinations_of(wallet.user).get()
        request_payout(user=wallet.user, destination_id=card.pk, gross_fen=more_fen, request_key=uuid4())


def _card(seller: User) -> PayoutDestination:
    return PayoutDestination(
        user=seller,
        kind=PayoutDestinationKind.BANK_CARD,
        account_encrypted=encrypt_text(CARD),
        account_masked=CARD_MASKED,
        real_name_encrypted=encrypt_text(verified_real_name(seller)),
        bank_name=BANK,
        usable_from=seller.date_joined + timedelta(days=1),
    )
