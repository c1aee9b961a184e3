"""A transaction as units see it: the families of tables, all over one `Run`."""

from quickpay.adapters.store.run import Run
from quickpay.adapters.store.tables.alarms import Alarms
from quickpay.adapters.store.tables.audit import Audit
from quickpay.adapters.store.tables.audit_seals import AuditSeals
from quickpay.adapters.store.tables.bank_steps import BankSteps
from quickpay.adapters.store.tables.challenges import Challenges
from quickpay.adapters.store.tables.checks import Checks
from quickpay.adapters.store.tables.contact_changes import ContactChanges
from quickpay.adapters.store.tables.counters import Counters
from quickpay.adapters.store.tables.deliveries import Deliveries
from quickpay.adapters.store.tables.desk import Desk
from quickpay.adapters.store.tables.differences import Differences
from quickpay.adapters.store.tables.drafts import GroupDrafts
from quickpay.adapters.store.tables.endpoints import Endpoints
from quickpay.adapters.store.tables.groups import Groups
from quickpay.adapters.store.tables.guarantors import Guarantors
from quickpay.adapters.store.tables.images import Images
from quickpay.adapters.store.tables.keys import ApiKeys, Idempotency
from quickpay.adapters.store.tables.knocks import Knocks
from quickpay.adapters.store.tables.launches import Launches
from quickpay.adapters.store.tables.ledger import Ledger
from quickpay.adapters.store.tables.link_templates import LinkTemplates
from quickpay.adapters.store.tables.links import Links
from quickpay.adapters.store.tables.orders import Orders
from quickpay.adapters.store.tables.outbox import Outbox
from quickpay.adapters.store.tables.payment_desk import PaymentDesk
from quickpay.adapters.store.tables.payments import Payments
from quickpay.adapters.store.tables.receipts import Receipts
from quickpay.adapters.store.tables.refunds import Refunds
from quickpay.adapters.store.tables.releases import Releases
from quickpay.adapters.store.tables.reports import Reports
from quickpay.adapters.store.tables.sessions import Sessions
from quickpay.adapters.store.tables.staff import StaffAccounts
from quickpay.adapters.store.tables.staff_sessions import StaffSessions
from quickpay.adapters.store.tables.stops import ContactStops
from quickpay.adapters.store.tables.stored_cards import StoredCards
from quickpay.adapters.store.tables.texts import CarrierStops, Texts
from quickpay.adapters.store.tables.unacknowledged import Unacknowledged
from quickpay.adapters.store.tables.unresolved import Pardons, Unresolved
from quickpay.adapters.store.tables.webhooks import Webhooks


class StoreTx:
    """`ports.tables.Tx`; its parts hold nothing but the `Run`, so making one costs next to nothing."""

    __slots__ = (
        "alarms",
        "api_keys",
        "audit",
        "audit_seals",
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
        self.audit_seals = AuditSeals(run)
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
