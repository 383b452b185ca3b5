"""Strangers at a real node's door: wrong certificates, wrong protocols, nothing at all, too many at once.

Whoever has not shown a member's certificate learns nothing, stores nothing and leaves one line in the log.
"""

from __future__ import annotations

import datetime
import random
import socket
import ssl
from collections.abc import Callable, Iterator

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from keys.certificate import make_certificate, pem
from tests.support.intruder import UPGRADE, Line, Secret, client_tls, member_tls
from tests.support.nodes import wait_until
from tests.support.people import identity, seed
from tests.support.siege import Siege

# Long enough for a handshake on a busy machine, short enough to wait for.
_SOON = {"node.door:TLS_TIMEOUT_S": 1.5}
_FROM = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)


@pytest.fixture(scope="module")
def siege(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Siege]:
    under = Siege(tmp_path_factory.mktemp("strangers"), _SOON)
    yield under
    under.close()


def tag_of(label: str) -> str:
    """The common name in a township's own certificate."""
    own = x509.load_der_x509_certificate(make_certificate(identity(label).device.tls))
    return str(own.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)


def certificate(
    key: Secret, name: str, issuer: Secret | None = None, by: str = "", until: int = 2900
) -> str:
    """A certificate as strangers make them; self-signed unless there is an issuer."""
    signer = issuer or key
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    above = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, by or name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(above)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(_FROM)
        .not_valid_after(_FROM.replace(year=until))
        .sign(signer, hashes.SHA256() if isinstance(signer, rsa.RSAPrivateKey) else None)
    )
    return made.public_bytes(Encoding.PEM).decode()


def stranger() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(seed("a stranger's TLS key"))


def shown(what: str) -> ssl.SSLContext:
    """A client with this wrong certificate."""
    if what == "none":
        return client_tls()
    if what == "tls 1.2 with a member's certificate":
        member = identity("c").device.tls
        own = pem(make_certificate(member))
        return client_tls(own, member.private(), newest=ssl.TLSVersion.TLSv1_2)
    if what == "a township that is no member":
        return member_tls(identity("e").device.tls)
    key: Secret = stranger()
    if what == "rsa":
        key = rsa.generate_private_key(65537, 2048)
    made: dict[str, Callable[[], str]] = {
        "self-signed": lambda: certificate(key, "somebody"),
        "rsa": lambda: certificate(key, tag_of("c")),
        "expired": lambda: certificate(key, "somebody", until=2021),
        "a member's name, another key": lambda: certificate(key, tag_of("c")),
        "issued by a stranger": lambda: certificate(
            key, tag_of("c"), Ed25519PrivateKey.from_private_bytes(seed("another")), "an authority"
        ),
        "issued by a member": lambda: certificate(
            key, "its clerk", identity("c").device.tls.private(), tag_of("c")
        ),
    }
    return client_tls(made[what](), key)


@pytest.mark.parametrize(
    "what",
    (
        "none",
        "self-signed",
        "expired",
        "a member's name, another key",
        "rsa",
        "issued by a stranger",
        "issued by a member",
        "a township that is no member",
        "tls 1.2 with a member's certificate",
    ),
)
def test_a_wrong_certificate_gets_no_word_from_the_node(siege: Siege, what: str) -> None:
    context = shown(what)
    with siege.attack(refusals=1) as attack:
        said = b""
        try:
            with Line(siege.node.port, context) as line:
                line.send(UPGRADE)
                said = line.rest()
        except ssl.SSLError:
            pass
        assert said == b""
    assert attack.refusals[0]["event"] == "refused"


def test_the_handshake_itself_names_nobody(siege: Siege) -> None:
    """A stranger sees the node's certificate before it is refused: no name, no ledger, no version in it."""
    with siege.attack(refusals=1), Line(siege.node.port, client_tls()) as line:
        assert isinstance(line.socket, ssl.SSLSocket)
        der = line.socket.getpeercert(binary_form=True)
        assert der is not None
        assert [s for s in siege.secrets() if s in der] == []
        assert line.rest() == b""


@pytest.mark.parametrize(
    "said",
    (
        b"GET / HTTP/1.1\r\nHost: node\r\n\r\n",
        UPGRADE,
        b"\x16\x03\x01\xff\xff" + b"\x01" * 40,
        b"SSH-2.0-OpenSSH_9.9\r\n",
        bytes(range(256)) * 8,
    ),
    ids=("plain http", "plain websocket", "broken hello", "ssh", "random bytes"),
)
def test_what_is_no_tls_gets_no_word_from_the_node(siege: Siege, said: bytes) -> None:
    with siege.attack(refusals=1), Line(siege.node.port, None) as line:
        line.send(said)
        answered = line.rest()
        assert len(answered) <= 7, "a TLS alert at most"
        assert answered[:1] in (b"", b"\x15")


def test_random_bytes_from_many_hands(siege: Siege) -> None:
    dice = random.Random(20)
    with siege.attack(refusals=100):
        for _ in range(100):
            with Line(siege.node.port, None) as line:
                line.send(bytes([dice.randrange(256) & 0x7F]) + dice.randbytes(2000))
                line.rest()


def test_a_caller_that_says_nothing_is_shown_the_door(siege: Siege) -> None:
    with siege.attack(refusals=1) as attack, Line(siege.node.port, None) as line:
        assert line.rest() == b""
    assert "long" in attack.refusals[0]["why"]


def test_a_caller_that_says_one_byte_at_a_time_gets_no_more_time(siege: Siege) -> None:
    """A ClientHello in drops: the time for a handshake runs from its beginning, not from the last byte."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    half = client_tls().wrap_bio(incoming, outgoing, server_side=False)
    with pytest.raises(ssl.SSLWantReadError):
        half.do_handshake()
    drops = outgoing.read()[:-1]
    with siege.attack(refusals=1) as attack, Line(siege.node.port, None) as line:
        line.socket.settimeout(0.02)
        said = []
        for drop in drops:
            said.append(line.send(bytes([drop])))
            try:
                if not line.socket.recv(64):
                    break
            except TimeoutError:
                continue
            except OSError:
                break
        else:
            raise AssertionError(f"{len(drops)} drops were taken without end")
    assert "long" in attack.refusals[0]["why"]


def test_callers_that_hang_up_at_once_do_not_use_up_the_door(siege: Siege) -> None:
    """A port scanner is gone again before the node has answered: each is one line, none stays counted."""
    with siege.attack(refusals=200):
        for _ in range(200):
            with Line(siege.node.port, None):
                pass
        with siege.line() as line:
            line.upgraded()


def come(siege: Siege, crowd: list[socket.socket], count: int, said: bytes = b"") -> None:
    for _ in range(count):
        one = socket.create_connection(("127.0.0.1", siege.node.port))
        crowd.append(one)
        one.sendall(said)


@pytest.mark.parametrize("said", (b"", b"\x16", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc"))
def test_a_crowd_does_not_keep_a_member_out(siege: Siege, said: bytes) -> None:
    """The oldest caller makes room: a member's handshake takes milliseconds, theirs never ends."""
    crowd: list[socket.socket] = []
    with siege.attack(refusals=300):
        try:
            come(siege, crowd, 300, said)
            with siege.line() as line:
                line.upgraded()
            siege.honest_edit_arrives()
        finally:
            for one in crowd:
                one.close()


def test_a_node_whose_door_is_besieged_still_meets_a_peer_that_comes_anew(siege: Siege) -> None:
    """The honest peer restarts in the middle of the crowd."""
    crowd: list[socket.socket] = []
    since = siege.node.log_end()
    try:
        come(siege, crowd, 100)
        assert siege.honest.stop() == 0
        siege.honest.start()
        come(siege, crowd, 100)
        siege.honest_edit_arrives()
    finally:
        for one in crowd:
            one.close()
    wait_until("all are refused", lambda: len(siege.line_refusals(since)) == 200)
