"""What the calls of the API take in their queries."""

from pydantic import TypeAdapter

from quickpay.domain.payments import Method
from quickpay.domain.reports import PAYMENTS_BY, SESSIONS_BY, By
from quickpay.handlers.api.shapes import Status
from quickpay.handlers.api.table import Parameter
from quickpay.services.desk.reports import ORIGINS
from quickpay.services.events.feed import MOST

_AFTER = "What `next` of an earlier page said."
_LIMIT = Parameter(
    name="limit", words="At most so many.", schema={"type": "integer", "minimum": 1, "maximum": MOST}
)
PAGE = (Parameter(name="after", words=_AFTER, schema={"type": "string"}), _LIMIT)
_DAY = {"type": "string", "format": "date"}
SPAN = (
    Parameter(
        name="from", words="The first day, of the installation's time zone; 30 days if left out.", schema=_DAY
    ),
    Parameter(name="until", words="The last day; today if left out.", schema=_DAY),
    Parameter(name="group", words="Only this group's.", schema={"type": "string"}),
    Parameter(
        name="totals", words="1: no lines, only their whole.", schema={"type": "string", "enum": ["0", "1"]}
    ),
)


def _line_for_each(known: tuple[By, ...]) -> Parameter:
    schema = {"type": "string", "enum": [one.value for one in known], "default": By.DAY.value}
    return Parameter(name="by", words="What the lines are of.", schema=schema)


FEED = (
    Parameter(name="after", words=_AFTER, schema={"type": "string", "pattern": "^[0-9]{1,18}$"}),
    Parameter(name="group", words="Only this group's.", schema={"type": "string"}),
    Parameter(name="status", words="Only these.", schema=TypeAdapter(Status).json_schema()),
    _LIMIT,
)

SESSION_USAGE = (
    *SPAN,
    _line_for_each(SESSIONS_BY),
    Parameter(
        name="origin",
        words="Only who came so.",
        schema={"type": "string", "enum": [one.value for one in ORIGINS]},
    ),
    Parameter(name="guarantor", words="Only this account number's.", schema={"type": "string"}),
)
PAYMENTS = (
    *SPAN,
    _line_for_each(PAYMENTS_BY),
    Parameter(name="method", words="Only so paid.", schema=TypeAdapter(Method).json_schema()),
    Parameter(name="status", words="Only these.", schema=TypeAdapter(Status).json_schema()),
    Parameter(name="batch", words="Only this reference batch's.", schema={"type": "string"}),
)
