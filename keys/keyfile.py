"""The key file's bytes: secret keys under a passphrase or in clear. No disk here.

In clear only if the owner asked for it; then the file's mode is the only lock and `doctor` says so.
scrypt with N=2^15, r=8, p=1 costs about 0.1 s and 32 MiB on an old PC.
"""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from keys import canonical
from keys.card import DeviceKeys
from keys.errors import BadKeyFile, CannotOpen, NotCanonical, PassphraseNeeded, WrongPassphrase
from keys.identity import SigningKey
from keys.seal import NONCE_BYTES, SealingKey

_MAGIC = "mulin/keyfile/1"
_FILE_BYTES = 4096
_SALT_BYTES = 16
_SCRYPT_LOG_N = 15
KEY_ENTROPY_BYTES = 4 * 32
FILE_ENTROPY_BYTES = _SALT_BYTES + NONCE_BYTES


@dataclass(frozen=True, slots=True)
class Identity:
    """All secret keys of one node."""

    township: SigningKey
    device: DeviceKeys

    @classmethod
    def make(cls, entropy: bytes) -> Identity:
        """From KEY_ENTROPY_BYTES random bytes."""
        a, b, c, d = (entropy[i * 32 : i * 32 + 32] for i in range(4))
        return cls(SigningKey(a), DeviceKeys(SigningKey(b), SigningKey(c), d))


def dump(identity: Identity, passphrase: str | None, entropy: bytes) -> bytes:
    """The file's bytes; `entropy`: FILE_ENTROPY_BYTES random bytes, used once."""
    secrets = canonical.encode(
        [
            identity.township.seed,
            identity.device.sign.seed,
            identity.device.tls.seed,
            identity.device.hpke,
        ]
    )
    if passphrase is None:
        return canonical.encode([_MAGIC, None, secrets])
    salt, nonce = entropy[:_SALT_BYTES], entropy[_SALT_BYTES:]
    key = _stretch(passphrase, salt, _SCRYPT_LOG_N)
    lock: list[canonical.Plain] = [_SCRYPT_LOG_N, salt]
    return canonical.encode([_MAGIC, lock, key.seal(nonce, secrets, _MAGIC.encode())])


def is_locked(data: bytes) -> bool:
    """Whether a passphrase is needed. Raises BadKeyFile."""
    return _parse(data)[0] is not None


def load(data: bytes, passphrase: str | None) -> Identity:
    """Raises BadKeyFile, PassphraseNeeded, WrongPassphrase."""
    lock, body = _parse(data)
    if lock is not None:
        if passphrase is None:
            raise PassphraseNeeded
        try:
            body = _stretch(passphrase, lock[1], lock[0]).open(body, _MAGIC.encode())
        except CannotOpen as fault:
            raise WrongPassphrase from fault
    return _identity(body)


def _parse(data: bytes) -> tuple[tuple[int, bytes] | None, bytes]:
    try:
        value = canonical.decode(data, _FILE_BYTES)
    except NotCanonical as fault:
        raise BadKeyFile from fault
    match value:
        case [str() as magic, None, bytes() as body] if magic == _MAGIC:
            return None, body
        case [str() as magic, [int() as log_n, bytes() as salt], bytes() as body] if (
            magic == _MAGIC and 10 <= log_n <= 20
        ):
            return (log_n, salt), body
    raise BadKeyFile


def _identity(body: bytes) -> Identity:
    try:
        seeds = canonical.decode_list(body, _FILE_BYTES)
    except NotCanonical as fault:
        raise BadKeyFile from fault
    match seeds:
        case [bytes(), bytes(), bytes(), bytes()] if all(
            isinstance(s, bytes) and len(s) == 32 for s in seeds
        ):
            return Identity.make(b"".join(s for s in seeds if isinstance(s, bytes)))
    raise BadKeyFile


def _stretch(passphrase: str, salt: bytes, log_n: int) -> SealingKey:
    # An environment variable in another code page holds lone surrogates: odd, but a passphrase.
    typed = passphrase.encode(errors="surrogatepass")
    return SealingKey(Scrypt(salt=salt, length=32, n=2**log_n, r=8, p=1).derive(typed))
