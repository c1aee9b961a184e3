"""A transaction as units see it: the families of tables, all over one `Run`."""

from quickpay.adapters.store.alarms import Alarms
from quickpay.adapters.store.audit import Audit
from quickpay.adapters.store.bank_steps import BankSteps
from quickpay.adapters.store.challenges import Challenges
from quickpay.adapters.store.checks import Checks
from quickpay.adapters.store.contact_changes import ContactChanges
from quickpay.adapters.store.counters import Counters
from quickpay.adapters.store.deliveries import Deliveries
from quickpay.adapters.store.desk import Desk
from quickpay.adapters.store.differences import Differences
from quickpay.adapters.store.drafts import GroupDrafts
from quickpay.adapters.store.endpoints import Endpoints
from quickpay.adapters.store.groups import Groups
from quickpay.adapters.store.guarantors import Guarantors
from quickpay.adapters.store.images import Images
from quickpay.adapters.store.keys import ApiKeys, Idempotency
from quickpay.adapters.store.knocks import Knocks
from quickpay.adapters.store.launches import Launches
from quickpay.adapters.store.ledger import Ledger
from quickpay.adapters.store.link_templates import LinkTemplates
from quickpay.adapters.store.links import Links
from quickpay.adapters.store.orders import Orders
from quickpay.adapters.store.outbox import Outbox
from quickpay.adapters.store.payment_desk import PaymentDesk
from quickpay.adapters.store.payments import Payments
from quickpay.adapters.store.receipts import Receipts
from quickpay.adapters.store.refunds import Refunds
from quickpay.adapters.store.releases import Releases
from quickpay.adapters.store.reports import Reports
from quickpay.adapters.store.run import Run
from quickpay.adapters.store.sessions import Sessions
from quickpay.adapters.store.staff import StaffAccounts
from quickpay.adapters.store.staff_sessions import StaffSessions
from quickpay.adapters.store.stops import ContactStops
from quickpay.adapters.store.stored_cards import StoredCards
from quickpay.adapters.store.texts import CarrierStops, Texts
from quickpay.adapters.store.unacknowledged import Unacknowledged
from quickpay.adapters.store.unresolved import Pardons, Unresolved
from quickpay.adapters.store.webhooks import Webhooks


class StoreTx:
    """`ports.tables.Tx`; its parts hold nothing but the `Run`, so making one costs next to nothing."""

    __slots__ = (
        "alarms",
        "api_keys",
        "audit",
        "bank_steps",
        "carrier_stops",
        "challenges",
        "checks",
        "contact_changes",
        "counters",
        "deliveries",
        "desk",
        "differences",
        "drafts",
        "endpoints",
        "groups",
        "guarantors",
        "idempotency",
        "images",
        "knocks",
        "launches",
        "ledger",
        "link_templates",
        "links",
        "orders",
        "outbox",
        "pardons",
        "payment_desk",
        "payments",
        "receipts",
        "refunds",
        "releases",
        "reports",
        "sessions",
        "staff",
        "staff_sessions",
        "stops",
        "stored_cards",
        "texts",
        "unacknowledged",
        "unresolved",
        "webhooks",
    )

    def __init__(self, run: Run) -> None:
        self.groups = Groups(run)
        self.drafts = GroupDrafts(run)
        self.images = Images(run)
        self.guarantors = Guarantors(run)
        self.links = Links(run)
        self.link_templates = LinkTemplates(run)
        self.stops = ContactStops(run)
        self.carrier_stops = CarrierStops(run)
        self.texts = Texts(run)
        self.sessions = Sessions(run)
        self.challenges = Challenges(run)
        self.knocks = Knocks(run)
        self.contact_changes = ContactChanges(run)
        self.counters = Counters(run)
        self.orders = Orders(run)
        self.payments = Payments(run)
        self.bank_steps = BankSteps(run)
        self.stored_cards = StoredCards(run)
        self.ledger = Ledger(run)
        self.receipts = Receipts(run)
        self.refunds = Refunds(run)
        self.payment_desk = PaymentDesk(run)
        self.outbox = Outbox(run)
        self.audit = Audit(run)
        self.api_keys = ApiKeys(run)
        self.idempotency = Idempotency(run)
        self.webhooks = Webhooks(run)
        self.endpoints = Endpoints(run)
        self.deliveries = Deliveries(run)
        self.staff = StaffAccounts(run)
        self.staff_sessions = StaffSessions(run)
        self.desk = Desk(run)
        self.launches = Launches(run)
        self.releases = Releases(run)
        self.reports = Reports(run)
        self.unresolved = Unresolved(run)
        self.differences = Differences(run)
        self.alarms = Alarms(run)
        self.pardons = Pardons(run)
        self.unacknowledged = Unacknowledged(run)
        self.checks = Checks(run)
