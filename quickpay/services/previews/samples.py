"""Jordan Sample, who owes $150.00: the invented guarantor, bill and payment of previews."""

from datetime import datetime, timedelta

from quickpay.domain.balances import Balances
from quickpay.domain.contacts import mask_email, mask_mobile
from quickpay.domain.groups import Group
from quickpay.domain.guarantors import Guarantor
from quickpay.domain.messages import Fate, ReceiptSending
from quickpay.domain.money import Cents
from quickpay.domain.origins import Origin
from quickpay.domain.payments import GATEWAY_PATIENCE, Order, Payment, PaymentState
from quickpay.domain.payments import Method as PayMethod
from quickpay.domain.sessions import Authentication, Purpose, Role, Session
from quickpay.mfa.methods import Method, NoMethod, methods
from quickpay.ports.notes import ReceiptNote
from quickpay.services.paying.result import ResultPage
from quickpay.services.proofs.pages import ChoosePage, CodePage, Way
from quickpay.services.settling.receipt_mail import ReceiptMail
from quickpay.services.stay import Stay, a_patients

FAKE_CODE = "123456"
SAMPLE_MATCH_CODE = "KTRW"
_CODE_SECONDS = 300
_OWED = Cents(15_000)
_TRANSACTION = "pi_sample"
_RECEIPT = 1001

SAMPLE_BALANCES = Balances(
    statement_balance=Cents(20_000),
    amount_due=Cents(12_000),
    current_balance=_OWED,
    unapplied=Cents(2_500),
    held=Cents(0),
    payable=_OWED,
)
_PAID = Balances(
    statement_balance=Cents(20_000),
    amount_due=Cents(0),
    current_balance=Cents(0),
    unapplied=Cents(0),
    held=Cents(0),
    payable=Cents(0),
)


def sample_stay(group: Group, now: datetime) -> Stay:
    """Let Jordan Sample come by a text; she is in no table."""
    session = Session(
        id=0,
        link_serial=None,
        group_id=group.id,
        guarantor_id=0,
        origin=Origin.SMS,
        purpose=Purpose.PAY,
        role=Role.QUICKPAY,
        authentication=Authentication.QUICKPAY,
        order_id=None,
        opened_at=now,
        expires_at=now + timedelta(minutes=10),
        extensions=0,
        ended_at=None,
    )
    guarantor = Guarantor(
        id=0,
        group_id=group.id,
        number="10067",
        first_name="Jordan",
        preferred_name=None,
        last_name="Sample",
        language="en",
        email="jordan.sample@example.com",
        mobile="+16085550142",
        text_opt_out=False,
        patients=(),
        changed_at=now,
    )
    return a_patients(session, group, guarantor, now)


def sample_choice(stay: Stay) -> ChoosePage:
    """Offer the ways the group allows to somebody who came by a text."""
    return ChoosePage(
        stay=stay, required=stay.group.options.authentication.require_mfa, ways=_ways(stay), office=True
    )


def sample_code_page(stay: Stay) -> CodePage:
    """Stand before the field right after the code went out."""
    ways = _ways(stay)
    return CodePage(
        stay=stay,
        required=stay.group.options.authentication.require_mfa,
        way=ways[0],
        other_ways=len(ways) > 1,
        undeliverable=False,
        open=True,
        seconds_left=_CODE_SECONDS,
        seconds_to_resend=0,
        office=True,
    )


def sample_order(stay: Stay) -> Order:
    """Choose everything that is owed."""
    now = stay.session.opened_at
    return Order(id="", session_id=0, amount=_OWED, choice="current", method=None, created_at=now)


def sample_result(stay: Stay) -> ResultPage:
    """Have paid, and posted as the group has it."""
    return ResultPage(
        stay=stay,
        payment=_payment(stay),
        paid_on=stay.session.opened_at.date(),
        balances=_PAID,
        again=False,
        live=True,
        mail=_mail(stay),
    )


def _mail(stay: Stay) -> ReceiptMail:
    payment, on = _payment(stay), stay.group.options.payments.email_receipt
    to = payment.receipt_email
    first = () if to is None or not on else (_sending(payment.id, to),)
    return ReceiptMail(sendings=first, given=to, offered=on)


def _sending(payment_id: str, to: str) -> ReceiptSending:
    return ReceiptSending(payment_id=payment_id, sending=1, recipient=to, fate=Fate.WAITING, ended_at=None)


def sample_receipt(stay: Stay) -> ReceiptNote:
    """Give the seven facts of the receipt's email."""
    return ReceiptNote(
        receipt_number=_RECEIPT,
        guarantor=stay.guarantor.name,
        account=stay.guarantor.number,
        date_paid=stay.session.opened_at.date(),
        transaction=_TRANSACTION,
        card_type="Visa •••• 4242",
        amount=_OWED,
    )


def _ways(stay: Stay) -> tuple[Way, ...]:
    offered = methods(
        origin=stay.session.origin,
        require_opposing=stay.group.options.authentication.require_opposing_contact_methods,
        email_usable=True,
        mobile_usable=True,
    )
    assert not isinstance(offered, NoMethod)  # she has both contacts, and either origin leaves one
    masked = {
        Method.EMAIL: mask_email(stay.guarantor.email or ""),
        Method.SMS: mask_mobile(stay.guarantor.mobile or ""),
    }
    return tuple(Way(method=method, masked=masked[method]) for method in offered)


def _payment(stay: Stay) -> Payment:
    now, posts = stay.session.opened_at, stay.group.options.payments.auto_post
    return Payment(
        id="",
        order_id="",
        session_id=0,
        link_serial=None,
        group_id=stay.group.id,
        guarantor_id=0,
        single_payment=True,
        amount=_OWED,
        currency="USD",
        method=PayMethod.CARD,
        state=PaymentState.SUCCEEDED,
        reason=None,
        card_brand="visa",
        card_last4="4242",
        transaction=_TRANSACTION,
        receipt_email=stay.guarantor.email,
        receipt_number=_RECEIPT,
        batch_id=None,
        unapplied=Cents(0) if posts else _OWED,
        not_posted_because=None if posts else "auto_post_off",
        origin=stay.session.origin,
        authentication=Authentication.QUICKPAY,
        created_at=now,
        deadline=now + GATEWAY_PATIENCE,
        changed_at=now,
        change_number=0,
        look_ups=0,
        misses=0,
        next_look_up_at=None,
        acknowledged_at=None,
        refunded=Cents(0),
    )
