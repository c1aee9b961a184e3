"""Secrets that sign events, sealed under the signing key so that the database alone gives none away."""

from quickpay.domain.digests import Digests
from quickpay.domain.endpoints import KeptSecret
from quickpay.domain.sealed_words import seal_words, unseal_words
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx


def sealed(secret: str, digests: Digests) -> str:
    """Seal it under the newest key."""
    return seal_words(secret, key=digests.hook_keys[0])


def unsealed(kept: KeptSecret, digests: Digests) -> str | None:
    """Open it with whichever key sealed it; None: that key was left out, and the secret is lost."""
    for key in digests.hook_keys:
        found = unseal_words(kept.sealed, key=key)
        if found is not None:
            return found
    return None


class Resealing:
    """Seal anew, once after a start, what an older key sealed, so that the old key may go."""

    def __init__(self, *, store: Store[Tx], digests: Digests) -> None:
        self._store = store
        self._digests = digests
        self._done = False

    async def run_once(self) -> None:
        """Do it the first time; afterwards nothing."""
        if self._done:
            return

        async def unit(tx: Tx) -> None:
            for kept in await tx.endpoints.every_secret():
                secret = unsealed(kept, self._digests)
                if secret is not None and kept.sealed != sealed(secret, self._digests):
                    await tx.endpoints.reseal(kept.id, sealed(secret, self._digests))

        await self._store.write(unit)
        self._done = True
