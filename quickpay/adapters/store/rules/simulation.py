"""What must not be among staff launches and the sessions they opened (I1, I4)."""

from sqlalchemy import or_, select

from quickpay.adapters.store.rules.rule import Rule, rule
from quickpay.adapters.store.schema import challenges, links, orders, sessions, staff_launches

_shows_portal = (
    select(staff_launches.c.link_serial)
    .where(staff_launches.c.link_serial == sessions.c.link_serial, staff_launches.c.mode == "portal")
    .exists()
)

RULES: tuple[Rule, ...] = (
    rule(
        "I1",
        "a staff launch that may open more than once",
        select(links.c.serial).where(
            links.c.origin == "staff", or_(links.c.max_uses.is_(None), links.c.max_uses != 1)
        ),
    ),
    rule(
        "I4",
        "a simulation above what its launch says",
        select(sessions.c.id).where(
            sessions.c.origin == "staff",
            or_(sessions.c.role != "quickpay", sessions.c.authentication != "quickpay"),
            ~_shows_portal,
        ),
    ),
    rule(
        "I4",
        "a simulation in which something was done",
        select(sessions.c.id).where(
            sessions.c.origin == "staff",
            or_(
                sessions.c.order_id.is_not(None),
                sessions.c.extensions > 0,
                select(orders.c.id).where(orders.c.session_id == sessions.c.id).exists(),
                select(challenges.c.id).where(challenges.c.session_id == sessions.c.id).exists(),
            ),
        ),
    ),
)
