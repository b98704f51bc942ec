"""Two people with one of everything between them, and everybody else who might look at it. Made by services and factories."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from marketplace.accounts import services as accounts
from marketplace.accounts.models import User, UserProfile
from marketplace.discovery import saved_searches
from marketplace.discovery.engines.base import SearchRequest
from marketplace.discovery.models import SearchAlert
from marketplace.gigs import services as gigs
from marketplace.gigs.models import Gig, GigRequirement
from marketplace.ledger.escrow_proof import publish_escrow_proof
from marketplace.ledger.models import EscrowProofLine
from marketplace.messaging.models import MessageTemplate
from marketplace.messaging.services import send_message, start_conversation
from marketplace.moderation.appeals import appeal_decision
from marketplace.moderation.models import Effect
from marketplace.orders import services as orders
from marketplace.orders.models import DeliveryFile, DisputeFile, Order, ProposalKind, RevisionFile
from marketplace.orders.sent_files import REVISION, subject_of
from marketplace.orders.services import bundles
from marketplace.payments import services as payments
from marketplace.payments.models import PayoutDestination, PayoutDestinationKind
from marketplace.reviews.appeals import open_appeal
from marketplace.reviews.models import AppealKind, MaskedPart, MaskGround
from marketplace.reviews.services import mask_review
from marketplace.reviews.services.pictures import REVIEW_PICTURES
from marketplace.reviews.services.pictures import subject_of as subject_of_pictures
from marketplace.support import services as support
from marketplace.support.models import Topic
from marketplace.uploads.services import take_file
from tests import factories
from tests.accounts.profile.uploads import PDF, upload
from tests.factories import make_gig, make_user, staff_group
from tests.gigs.test_exchange import as_json, record
from tests.moderation.decided import decided
from tests.notifications.people import tell
from tests.offers.situations import make_brief, make_offer, make_plan, seller_of, sent_file
from tests.orders.changing import make_proposal, picture
from tests.payments.conftest import earn
from tests.payments.invoice_office import PERSON, ask
from tests.uploads import files

# Stands in every text that is for the two of them alone, and in one that is for everybody, or for every seller.
SECRET, OPEN, FOR_SELLERS = "CANARY-ours-7f3a", "OPEN-ours-2c91", "BRIEF-ours-5d08"
STAFF = ("moderator", "support", "finance", "administrator")


@dataclass
class World:
    """People by name, and the keys of what belongs to buyer and seller.

    A key is found by the name of a route and of a part of its address, or else by its namespace and that part.
    """

    people: dict[str, User] = field(default_factory=dict)
    keys: dict[tuple[str, str], Any] = field(default_factory=dict)
    # The same for what the two other people have between them; only for addresses with two keys.
    theirs: dict[tuple[str, str], Any] = field(default_factory=dict)
    # What names the things of the two and stands in no page of anybody else.
    secrets: set[str] = field(default_factory=lambda: {SECRET})


def secret(words: str = "") -> str:
    return f"{SECRET} {words}".strip()


def make_world() -> World:
    """All of it. Needs Alipay configured (`silent_alipay`), which nobody asks, and an invoice office."""
    world = World()
    _people(world)
    buyer, seller = world.people["buyer"], world.people["seller"]
    for part in (_profile, _gigs, _orders, _dispute, _talk, _offers, _money, _rest):
        part(world, buyer, seller)
    _others(world)
    # Last, because a suspended person writes nothing; the session is made after it, as one that was forgotten.
    accounts.suspend_person(
        user_id=world.people["suspended"].pk,
        staff=factories.make_moderator(),
        reason="私下交易",
        ends_at=timezone.now() + timedelta(days=3),
    )
    return world


def _people(world: World) -> None:
    seller = factories.make_verified_seller(name="林青山")
    UserProfile.objects.filter(user=seller).update(
        display_name=f"{OPEN} 青山", seller_since=timezone.now(), headline=f"{OPEN} 招牌", about=f"{OPEN} 做了八年"
    )
    world.people |= {
        "buyer": make_user(name=f"{OPEN} 小满", email=f"{SECRET.lower()}@example.com", phone="+8615512340001"),
        "seller": User.objects.get(pk=seller.pk),
        "other_buyer": make_user(name="旁人买家"),
        "other_seller": factories.make_seller(name="旁人服务商"),
        "suspended": make_user(name="停用的人"),
    }
    for role in STAFF:
        world.people[role] = make_user(name=f"员工 {role}")
        world.people[role].groups.add(staff_group(role))
    for person in (world.people["buyer"], world.people["seller"]):
        EmailAddress.objects.get_or_create(user=person, email=person.email, verified=True, primary=True)
    world.secrets |= {world.people["buyer"].email, world.people["seller"].email, "15512340001"}


def _profile(world: World, buyer: User, seller: User) -> None:
    profile = seller.profile
    piece = accounts.create_piece(
        profile=profile, title=f"{OPEN} 茶馆招牌", uploads=[picture(), upload(PDF, "paper.pdf")]
    )
    certificate = accounts.add_certificate(profile=profile, title=f"{OPEN} 三级", issuer="人社部", year=2020)
    export = accounts.ask_for_export(user=seller)
    accounts.build_data_export(export_id=export.pk)
    device = UserSession.objects.create(
        user=seller, ip="192.0.2.77", user_agent=secret("browser"), session_key="k" * 32, data={}
    )
    paper = next(medium for medium in piece.media.all() if medium.document)
    world.keys |= {
        ("accounts", "handle"): profile.handle,
        ("accounts:piece", "pk"): piece.pk,
        ("accounts:piece_edit", "pk"): piece.pk,
        ("accounts:piece_delete", "pk"): piece.pk,
        ("accounts:piece_move", "pk"): piece.pk,
        ("accounts:media_add", "pk"): piece.pk,
        ("accounts:medium_edit", "pk"): paper.pk,
        ("accounts:medium_move", "pk"): paper.pk,
        ("accounts:medium_remove", "pk"): paper.pk,
        ("accounts:document", "pk"): paper.pk,
        ("accounts:certificate_remove", "pk"): certificate.pk,
        ("accounts:export_file", "export_id"): export.pk,
        ("device_end", "device_id"): device.pk,
    }


def _gigs(world: World, buyer: User, seller: User) -> None:
    gig = make_gig(seller=seller, title=f"{OPEN} 标志设计", requirements=1)
    GigRequirement.objects.create(gig=gig, prompt="参考图", kind="file", required=False, sort_order=6)
    draft = make_gig(seller=seller, title=secret("draft"), live=False)
    gigs.toggle_favourite(gig=gig, user=buyer)
    imported = gigs.read_import(seller=seller, upload=as_json(record(title=secret("import"))))
    public = ("detail", "favourite", "book", "poster")
    world.keys |= {("gigs", "pk"): draft.pk} | {(f"gigs:{name}", "pk"): gig.pk for name in public}
    world.keys |= {
        ("gigs:detail", "slug"): gig.slug,
        ("gigs:remove_favourite", "pk"): gig.pk,
        ("gigs:import_apply", "pk"): imported.pk,
        ("gigs:import_preview", "pk"): imported.pk,
        ("gigs:pause", "pk"): gig.pk,
        ("gigs:archive", "pk"): gig.pk,
        ("gigs:duplicate", "pk"): gig.pk,
        ("moderation:report_gig", "pk"): gig.pk,
        ("reviews:of_gig", "pk"): gig.pk,
        ("payments", "package_id"): gig.packages.get().pk,
    }


def _plain(buyer: User, seller: User) -> dict[str, Any]:
    """An order of the two about a service of its own that asks nothing."""
    return {"buyer": buyer, "gig": make_gig(seller=seller, title=f"{OPEN} 简单的服务")}


def _orders(world: World, buyer: User, seller: User) -> None:
    gig = Gig.objects.get(pk=world.keys["gigs:detail", "pk"])
    order = factories.make_paid_order(buyer=buyer, gig=gig)
    question, file = order.requirements.order_by("pk")
    orders.submit_requirements(
        order_id=order.pk,
        buyer=buyer,
        answers={question.pk: secret("answer")},
        files={file.pk: SimpleUploadedFile(f"{SECRET}.txt", secret("file").encode())},
    )
    orders.deliver_order(order_id=order.pk, seller=seller, message=secret("delivery"), files=[picture(f"{SECRET}.png")])
    shown = take_file(owner=buyer, purpose=REVISION, subject=subject_of(order), file=picture("shown.png"))
    orders.request_revision(order_id=order.pk, buyer=buyer, message=secret("revision"), files=[shown])
    orders.deliver_order(order_id=order.pk, seller=seller, message=secret("delivery"), files=[picture(f"{SECRET}.png")])
    unpaid = factories.make_order(**_plain(buyer, seller))
    working, leaving = (factories.make_paid_order(**_plain(buyer, seller)) for _ in range(2))
    extension = make_proposal(working, ProposalKind.EXTEND, message=secret("proposal"))
    cancellation = orders.propose_cancellation(order_id=leaving.pk, user=buyer, message=secret("cancelling"))
    done = factories.make_completed_order(**_plain(buyer, seller))
    world.keys |= {
        ("orders", "number"): order.number,
        ("orders", "file_id"): DeliveryFile.objects.filter(delivery__order=order).latest("pk").pk,
        ("orders:revision_file", "file_id"): RevisionFile.objects.get(request__order=order).pk,
        ("orders:requirement_file", "requirement_id"): file.pk,
        ("orders:answer_proposal", "number"): working.number,
        ("orders:answer_proposal", "proposal_id"): extension.pk,
        ("orders:cancel_answer", "number"): leaving.number,
        ("orders:cancel_answer", "proposal_id"): cancellation.pk,
        ("moderation", "number"): order.number,
        ("messaging", "number"): order.number,
        ("reviews", "number"): done.number,
        ("payments", "number"): unpaid.number,
        ("payments:invoice_request", "number"): done.number,
    }
    for change in ("change", "extend_preview", "refund_preview", "cancel", "deliver"):
        world.keys[f"orders:{change}", "number"] = working.number
    world.secrets |= {one.number for one in (order, unpaid, working, leaving, done)}
    _reviews(world, done)


def _reviews(world: World, done: Order) -> None:
    sent = ContentFile(files.picture(), name="shop.jpg")
    photo = take_file(owner=done.buyer, purpose=REVIEW_PICTURES, subject=subject_of_pictures(done.pk), file=sent)
    review = factories.make_public_review(
        done, body=f"{OPEN} 很好", seller_body=f"{OPEN} 也很好", private_feedback=secret("feedback"), uploads=[photo]
    )
    world.keys |= {
        ("reviews:helpful", "pk"): review.pk,
        ("reviews:picture", "pk"): review.pictures.get().pk,
        ("moderation:report_review", "pk"): review.pk,
    }
    other = factories.make_public_review(factories.make_completed_order(**_plain(done.buyer, done.seller)), body="骂人")
    masked = mask_review(
        review_id=other.pk,
        part=MaskedPart.BODY,
        ground=MaskGround.INSULT,
        words=secret("mask"),
        staff=factories.make_moderator(),
    )
    appeal = open_appeal(user=done.buyer, kind=AppealKind.MASK, words=secret("appeal"), mask=masked)
    world.keys["reviews:appeal", "pk"] = appeal.pk
    world.secrets.add(other.order.number)


def _dispute(world: World, buyer: User, seller: User) -> None:
    order = factories.make_delivered_order(**_plain(buyer, seller))
    proof = SimpleUploadedFile(f"{SECRET}.txt", b"night")
    orders.open_dispute(order_id=order.pk, user=buyer, reason=secret("reason"), files=[proof])
    orders.answer_dispute(order_id=order.pk, user=seller, text=secret("answer"))
    split = orders.propose_split(order_id=order.pk, user=seller, refund_fen=2_880, message=secret("split"))
    bundle = bundles.ask_for_bundle(dispute_id=order.dispute.pk, user=buyer)
    bundles.build_bundle(bundle_id=bundle.pk)
    for name in (
        "dispute",
        "dispute_act",
        "dispute_file",
        "bundle",
        "bundle_download",
        "split_answer",
        "split_preview",
    ):
        world.keys[f"orders:{name}", "number"] = order.number
    world.keys |= {
        ("orders:dispute_file", "file_id"): DisputeFile.objects.get(statement__dispute__order=order).pk,
        ("orders:split_answer", "proposal_id"): split.pk,
        ("orders:bundle_download", "bundle_id"): bundle.pk,
    }
    world.secrets.add(order.number)


def _talk(world: World, buyer: User, seller: User) -> None:
    conversation = start_conversation(buyer=buyer, seller=seller)
    for _ in range(3):  # so that the number below is none that the two others have in their conversation
        send_message(conversation_id=conversation.pk, sender=seller, body=secret("message"))
    sent = send_message(
        conversation_id=conversation.pk,
        sender=buyer,
        body=secret("message"),
        files=[picture(f"{SECRET}.png")],
    )
    reply = MessageTemplate.objects.create(owner=seller, title=secret("reply"), body=secret("reply"))
    attachment = sent.attachments.get()
    world.keys |= {
        ("messaging", "pk"): conversation.pk,
        ("messaging", "sequence"): sent.sequence,
        ("messaging:start", "handle"): seller.profile.handle,
        ("messaging:edit_reply", "pk"): reply.pk,
        ("messaging:delete_reply", "pk"): reply.pk,
        ("moderation:report_message", "pk"): conversation.pk,
        ("moderation:report_message", "sequence"): sent.sequence,
    } | {(f"messaging:{name}", "pk"): attachment.pk for name in ("attachment", "preview", "picture", "voice")}


def _offers(world: World, buyer: User, seller: User) -> None:
    brief = make_brief(
        buyer=buyer,
        category=Gig.objects.get(pk=world.keys["gigs:detail", "pk"]).category,
        title=f"{FOR_SELLERS} 标志",
        story=f"{FOR_SELLERS} 城西菜场口的小店，一月开张。要一个看得清的门头。",
        files=[sent_file(buyer)],
    )
    offer = make_offer(seller=seller, buyer=buyer, title=secret("offer"), words=secret("words"))
    plan = make_plan(seller=seller, buyer=buyer)
    first = plan.milestones.order_by("pk").first()
    assert first is not None
    if first.order is not None:
        world.secrets.add(first.order.number)
    world.keys |= {
        ("offers", "pk"): offer.pk,
        ("offers:negotiation", "pk"): offer.negotiation_id,
        ("offers:pay", "pk"): offer.negotiation_id,
        ("messaging:offer_cards", "negotiation_id"): offer.negotiation_id,
        ("orders", "pk"): plan.pk,
        ("moderation:report_brief", "pk"): brief.pk,
        ("offers:brief_file", "file_id"): brief.files.get().pk,
    }
    for name in ("brief", "brief_answer", "brief_close", "brief_file", "brief_reopen"):
        world.keys[f"offers:{name}", "pk"] = brief.pk


def _money(world: World, buyer: User, seller: User) -> None:
    done = Order.objects.get(number=world.keys["payments:invoice_request", "number"])
    invoice = ask(done)
    earn(seller, amount_fen=900_000)
    payments.set_destination(
        user=seller, kind=PayoutDestinationKind.BANK_CARD, account="6225880123456783", bank_name="招商银行"
    )
    PayoutDestination.objects.update(usable_from=timezone.now() - timedelta(days=1))
    payout = payments.request_payout(
        user=seller,
        destination_id=PayoutDestination.objects.get(user=seller, retired_at=None).pk,
        gross_fen=100_000,
        request_key=uuid4(),
    )
    proof = publish_escrow_proof()
    assert proof is not None
    world.keys |= {
        ("payments", "reference"): invoice.reference,
        ("orders:proof", "line_id"): EscrowProofLine.objects.get(reference=world.keys["orders", "number"]).pk,
        ("ledger:escrow_day", "day"): proof.day.isoformat(),
    } | {(f"payments:{name}", "reference"): payout.reference for name in ("payout", "payout_cancel", "payout_return")}
    world.secrets |= {invoice.reference, payout.reference, PERSON.email}


def _rest(world: World, buyer: User, seller: User) -> None:
    line = tell(buyer, about=secret("notice"))
    case = support.open_case(person=buyer, topic=Topic.MONEY, subject=secret("question"), body=secret("question"))
    decision = decided(person=seller, effect=Effect.WARN, words=secret("decision"))
    appeal_decision(decision_id=decision.pk, person=seller, words=secret("appeal"))
    search = saved_searches.save_search(
        user=buyer, request=SearchRequest(query=secret("search")), alerts=SearchAlert.DAILY
    )
    waiting = sent_file(buyer)
    world.keys |= {
        ("notifications", "pk"): line.pk,
        ("support", "pk"): case.pk,
        ("moderation:decision", "pk"): decision.pk,
        ("discovery", "pk"): search.pk,
        ("uploads", "key"): UUID(str(waiting.key)),
    }
    world.secrets.add(waiting.key.hex)


def _others(world: World) -> None:
    """What the two other people have between them, so that a key of ours can be asked for below one of theirs."""
    buyer, seller = world.people["other_buyer"], world.people["other_seller"]
    order = factories.make_delivered_order(buyer=buyer, gig=make_gig(seller=seller, title="旁人的服务"))
    conversation = start_conversation(buyer=buyer, seller=seller)
    send_message(conversation_id=conversation.pk, sender=buyer, body="旁人的话")
    brief = make_brief(buyer=buyer, files=[sent_file(buyer)])
    # One more seller in the category of our brief, who is asked to answer it, as any seller of it is.
    seller_of(Gig.objects.get(pk=world.keys["gigs:detail", "pk"]).category)
    world.theirs |= {
        ("orders", "number"): order.number,
        ("messaging", "pk"): conversation.pk,
        ("offers", "pk"): brief.pk,
        ("moderation", "pk"): conversation.pk,
        ("accounts", "handle"): seller.profile.handle,
    }
