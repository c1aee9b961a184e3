"""What is asked of the table of payments; one statement for each question."""

from functools import cache

from sqlalchemy import bindparam, func, or_, select, update

from quickpay.adapters.store.columns import number
from quickpay.adapters.store.schema import groups, guarantors, links, payments
from quickpay.adapters.store.statements import Statement, insert
from quickpay.adapters.store.tables.payment_rows import PAYMENT
from quickpay.domain.payments import HELD, IN_FLIGHT, PaymentState

BY_ID = select(*PAYMENT).where(payments.c.id == bindparam("id"))
NEWEST = payments.c.change_number.desc()
DECLINED = payments.c.state == "declined"
# A charge the gateway never got says nothing about a card: it does not count against its holder (R82).
CARD_DECLINED = (DECLINED, payments.c.reason.is_distinct_from("not_charged"))

ADD = Statement(
    insert(payments).values(
        {column.name: bindparam(column.name) for column in PAYMENT} | {"settled_by_pm": 0}
    )
)
GET = Statement(BY_ID)
LOCK = Statement(BY_ID.with_for_update())
OF_ORDER = Statement(
    select(*PAYMENT).where(payments.c.order_id == bindparam("order")).order_by(DECLINED, NEWEST).limit(1)
)
LIVE_OF_LINK = Statement(
    select(*PAYMENT)
    .where(payments.c.link_serial == bindparam("link"), payments.c.state != "declined")
    .order_by(NEWEST)
    .limit(1)
)
ONE_IN_FLIGHT = Statement(
    select(*PAYMENT)
    .where(payments.c.guarantor_id == bindparam("guarantor"), payments.c.state.in_(IN_FLIGHT))
    .limit(1)
)
ASKED = Statement(
    update(payments)
    .where(payments.c.id == bindparam("payment"))
    .values(
        look_ups=payments.c.look_ups + 1,
        misses=payments.c.misses + number("missed"),
        next_look_up_at=bindparam("next_at"),
    )
)
DUE = Statement(
    select(*PAYMENT)
    .where(payments.c.state.in_(HELD), payments.c.next_look_up_at <= bindparam("now"))
    .order_by(payments.c.next_look_up_at)
    .limit(number("most"))
)
DECLINES = Statement(
    select(func.count())
    .select_from(payments)
    .where(
        payments.c.link_serial == bindparam("link"),
        payments.c.changed_at >= bindparam("since"),
        *CARD_DECLINED,
    )
)
DECLINES_OF_SESSION = Statement(
    select(func.count())
    .select_from(payments)
    .where(
        payments.c.guarantor_id == bindparam("guarantor"),  # there is an index on it
        or_(number("session").is_(None), payments.c.session_id == number("session")),
        payments.c.changed_at >= bindparam("since"),
        *CARD_DECLINED,
    )
)
LONGEST_NUMBER = 18  # digits that surely fit a BIGINT


@cache
def still(was: tuple[PaymentState, ...]) -> Statement:
    """Lock a payment while it is in one of these states."""
    return Statement(
        select(payments.c.id)
        .where(payments.c.id == bindparam("payment"), payments.c.state.in_(was))
        .with_for_update()
    )


@cache
def settling(was: tuple[PaymentState, ...]) -> Statement:
    """Move a payment on from one of these states."""
    return Statement(
        update(payments)
        .where(payments.c.id == bindparam("payment"), payments.c.state.in_(was))
        .values(
            state=bindparam("new_state"),
            reason=bindparam("new_reason"),
            card_brand=func.coalesce(
                bindparam("brand", type_=payments.c.card_brand.type), payments.c.card_brand
            ),
            card_last4=func.coalesce(
                bindparam("last4", type_=payments.c.card_last4.type), payments.c.card_last4
            ),
            transaction=bindparam("new_transaction"),
            receipt_number=bindparam("receipt"),
            batch_id=bindparam("batch"),
            unapplied=bindparam("left_over"),
            not_posted_because=bindparam("why"),
            next_look_up_at=bindparam("next_at"),
            changed_at=bindparam("now"),
            change_number=bindparam("change"),
            ended_at=bindparam("ended"),
        )
    )


@cache
def feeding(states: tuple[PaymentState, ...] | None) -> Statement:
    """Read payments by change number, of these states or of every one."""
    query = (
        select(*PAYMENT, groups.c.slug, links.c.id, guarantors.c.number)
        .join(groups, groups.c.id == payments.c.group_id)
        .join(guarantors, guarantors.c.id == payments.c.guarantor_id)
        .outerjoin(links, links.c.serial == payments.c.link_serial)
        .where(
            payments.c.change_number > bindparam("after"),
            or_(number("group").is_(None), payments.c.group_id == number("group")),
        )
        .order_by(payments.c.change_number)
        .limit(number("most"))
    )
    return Statement(query if states is None else query.where(payments.c.state.in_(states)))
