"""Personal data at rest: sealed with a key that does not lie in the database.

What a person typed and what he registered with is stored sealed (Fernet: AES-128-CBC with
HMAC-SHA256), so that a copied database file or a lost backup gives away nothing. Several keys make
a rotation: the first one seals, all of them open.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.errors import SealBroken

SHORTEST_KEY = 32
"""Letters; `secrets.token_urlsafe(32)` gives 43."""


class Sealer:
    """Seals and opens texts; `keys` newest first, each of at least `SHORTEST_KEY` letters."""

    __slots__ = ("_fernet", "_newest", "_print_keys")

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys or any(len(key) < SHORTEST_KEY for key in keys):
            raise ValueError(f"a key needs at least {SHORTEST_KEY} letters")
        seals = [Fernet(base64.urlsafe_b64encode(_derive(key, b"seal"))) for key in keys]
        self._newest = seals[0]
        self._fernet = MultiFernet(seals)
        self._print_keys = tuple(_derive(key, b"fingerprint") for key in keys)

    def seal(self, text: str) -> str:
        """The text, readable only with the key; never twice the same."""
        return self._fernet.encrypt(text.encode("utf-8", "replace")).decode("ascii")

    def open(self, sealed: str) -> str:
        """The text that was sealed. Raises `SealBroken` where no key of ours fits."""
        try:
            return self._fernet.decrypt(sealed).decode("utf-8")
        except (InvalidToken, ValueError) as error:
            raise SealBroken from error

    def renew(self, sealed: str) -> str:
        """The same content under the newest key. Raises `SealBroken` where no key of ours fits."""
        try:
            return self._fernet.rotate(sealed.encode("ascii", "replace")).decode("ascii")
        except InvalidToken as error:
            raise SealBroken from error

    def is_newest(self, sealed: str) -> bool:
        """Whether the newest key alone opens it, so that no older one is needed for it."""
        try:
            self._newest.decrypt(sealed.encode("ascii", "replace"))
        except InvalidToken:
            return False
        return True

    def pass_on_marks(self) -> str:
        """What it takes to know again the marks of the older keys once these are gone, sealed.

        It makes and compares fingerprints and opens nothing.
        """
        older = [key.hex() for key in self._print_keys[1:]]
        return self._newest.encrypt(json.dumps(older).encode()).decode("ascii")

    def take_marks(self, passed_on: str) -> None:
        """From now on knows the marks that `pass_on_marks` told of. Raises `SealBroken`."""
        older = [bytes.fromhex(key) for key in json.loads(self.open(passed_on))]
        self._print_keys = tuple(dict.fromkeys([*self._print_keys, *older]))

    def fingerprint(self, text: str) -> str:
        """The mark to store of a text that must be compared but not read (a phone number).

        The same text gives the same mark under the same key; 32 hexadecimal digits.
        """
        return self.fingerprints(text)[0]

    def fingerprints(self, text: str) -> tuple[str, ...]:
        """The marks that the text may have been stored under, newest key first."""
        return tuple(
            hmac.new(key, text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:32]
            for key in self._print_keys
        )


def _derive(key: str, purpose: bytes) -> bytes:
    # One secret, several uses: a key derived for each keeps them from weakening one another.
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"hoi-dap-bau-cu/" + purpose).derive(
        key.encode("utf-8")
    )
