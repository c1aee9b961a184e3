"""Make something once for each Idempotency-Key, and turn what came of it into an answer or a problem."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus

from quickpay.handlers.api.keyed import Call
from quickpay.handlers.api.problems import Problem, faulty, not_found
from quickpay.ports.tables import Tx
from quickpay.services.groups.keep import NoGroup
from quickpay.services.once import Call as OnceCall
from quickpay.services.once import InFlight, Made, NotMade, OtherBody, Replayed, is_key

KEY_HEADER = "Idempotency-Key"
_REPLAYED_HEADER = "Idempotent-Replayed"


def idempotency_key(call: Call) -> str:
    """Read the call's one key.

    Raises:
        Problem: 400, there is none or it cannot be one.
    """
    given = call.request.headers.getall(KEY_HEADER, [])
    if len(given) != 1 or not is_key(given[0]):
        raise Problem(
            HTTPStatus.BAD_REQUEST,
            f"Send one {KEY_HEADER} of 1 to 255 visible ASCII characters, new for each thing to be made.",
        )
    return given[0]


async def make_once(
    call: Call, endpoint: str, *, key: str, body_hash: bytes, make: Callable[[Tx], Awaitable[Made]]
) -> Made | Replayed:
    """Make it, or find what this key made before.

    Raises:
        Problem: 404 no such group, 409 in flight, 422 another body or faults.
    """
    done = await call.desk.once.run(
        OnceCall(key_id=call.key.id, endpoint=endpoint, key=key, body_hash=body_hash), make
    )
    match done:
        case Made() | Replayed():
            return done
        case InFlight():
            raise Problem(
                HTTPStatus.CONFLICT, "The first call with this key has not ended; ask again shortly."
            )
        case OtherBody():
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "This key was used with another body.")
        case NotMade(reason=NoGroup()):
            raise not_found()
        case NotMade(reason=tuple() as faults):
            raise faulty(faults)
        case _:
            raise TypeError("an outcome nobody knows")


def made_headers(done: Made | Replayed, *, location: str) -> dict[str, str]:
    """Say where the thing is, and whether it was made before."""
    replayed = {_REPLAYED_HEADER: "true"} if isinstance(done, Replayed) else {}
    return {"Location": location} | replayed
