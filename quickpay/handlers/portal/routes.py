"""The portal's lines of the route table; all look, but those that change a contact or send a receipt."""

from quickpay.handlers.access import Access, Route
from quickpay.handlers.portal import account, cards, contacts, home, papers, receipts, statements

ROUTES: tuple[Route, ...] = (
    Route(method="GET", path="/home", handler=home.show_home, access=Access.SESSION),
    Route(method="GET", path="/account", handler=account.show_account, access=Access.SESSION),
    Route(method="GET", path="/visits.pdf", handler=papers.visits, access=Access.SESSION),
    Route(method="GET", path="/receipts", handler=receipts.show_receipts, access=Access.SESSION),
    Route(method="GET", path="/receipts/{number}.pdf", handler=papers.receipt, access=Access.SESSION),
    Route(method="GET", path="/receipts/{number}", handler=receipts.show_receipt, access=Access.SESSION),
    Route(
        method="POST", path="/receipts/{number}/send", handler=receipts.send_receipt, access=Access.SESSION
    ),
    Route(method="GET", path="/statements", handler=statements.show_statements, access=Access.SESSION),
    Route(method="GET", path="/statements/{id}.pdf", handler=papers.statement, access=Access.SESSION),
    Route(method="GET", path="/statements/{id}", handler=statements.show_statement, access=Access.SESSION),
    Route(method="GET", path="/profile", handler=home.show_profile, access=Access.SESSION),
    *contacts.ROUTES,
    *cards.ROUTES,
)
