"""Which network addresses a name may lead to, and a connection to exactly the address that was looked at.

Whoever may write a site's DNS could point a listed name at this machine itself, at the cloud's metadata service or at
a neighbour on the link. So every address is judged after it was resolved and before a byte is sent, and the socket
connects to that very address: there is no second resolution that could answer otherwise (DNS rebinding).
Private addresses (10.x, 192.168.x, fd00::) are where a hospital's FHIR server lives: they are allowed.
"""

import ipaddress
import socket
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from typing import Any

from service.sites import is_loopback

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolved = list[tuple[Any, ...]]  # what socket.getaddrinfo answers

# Where clouds answer with the machine's own credentials. Most are link-local; these stand elsewhere.
METADATA = frozenset(
    map(
        ipaddress.ip_address,
        (
            "169.254.169.254",  # AWS, Azure, Google, OpenStack
            "fd00:ec2::254",  # AWS
            "fd20:ce::254",  # Google
            "100.100.100.200",  # Alibaba
            "168.63.129.16",  # Azure's host
            "192.0.0.192",  # Oracle
        ),
    )
)
_THIS_NETWORK = ipaddress.ip_network("0.0.0.0/8")  # Linux takes 0.0.0.0 for this machine
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class AddressRefused(Exception):
    """The name leads to an address that must not be called; says which kind, for the site to look at its DNS."""


def refusal(address: str, host: str) -> str:
    """Why `host`, as it is configured, must not lead to this address ("a link-local address"); "" if it may.

    Only a host that is loopback by its own name ("localhost", "127.0.0.1") leads to loopback, and to nothing else.
    """
    found = _innermost(ipaddress.ip_address(address.partition("%")[0]))
    if found in METADATA:
        return "a cloud's metadata address"
    if found.is_loopback != is_loopback(host):
        return "a loopback address" if found.is_loopback else "an address beyond this machine"
    if found.is_loopback:
        return ""
    kinds = {
        "a link-local address": found.is_link_local,
        "a multicast address": found.is_multicast,
        "no address at all": found.is_unspecified or found in _THIS_NETWORK,
        "a reserved address": found.is_reserved,
    }
    return next((kind for kind, is_so in kinds.items() if is_so), "")


def _innermost(address: Address) -> Address:
    """The IPv4 address that an IPv6 address stands for: mapped, translated (NAT64) or tunnelled (6to4, Teredo)."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else address)


class Resolver:
    """`getaddrinfo` has no timeout, so whoever asks waits for at most as long as it has.

    Resolutions of one name share one thread; so a name server that hangs holds one thread a configured name, however
    many calls come, and none of those that read.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._under_way: dict[tuple[str, int], Future[Resolved]] = {}

    def resolve(self, host: str, port: int, until: float) -> Resolved:
        """Addresses of a name. Raises `TimeoutError`, or what getaddrinfo raises (`OSError`, `UnicodeError`)."""
        key = (host, port)
        with self._lock:
            answer = self._under_way.get(key)
            if answer is None:
                answer = self._under_way[key] = Future()
                threading.Thread(target=self._ask, args=(key, answer), name="dns", daemon=True).start()
        return answer.result(timeout=max(0.0, until - time.monotonic()))

    def _ask(self, key: tuple[str, int], answer: "Future[Resolved]") -> None:
        host, port = key
        try:
            found: Resolved = socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            self._forget(key)
            answer.set_exception(error)
        else:
            self._forget(key)
            answer.set_result(found)

    def _forget(self, key: tuple[str, int]) -> None:
        """Nothing is remembered: who asks next asks anew, and is told what holds then."""
        with self._lock:
            del self._under_way[key]


_resolver = Resolver()


def connect(
    host: str,
    port: int,
    until: float,
    *,
    options: Iterable[tuple[int, int, int | bytes]] = (),
    resolve: Callable[[str, int, float], Resolved] = _resolver.resolve,
) -> socket.socket:
    """A socket connected to an address of `host` that may be called, its timeout what is left until `until`.

    Raises `AddressRefused` when there is none, `TimeoutError`, or `OSError`.
    """
    bare = host.strip("[]")
    found = _as_literal(bare, port) or resolve(bare, port, until)
    refused = {entry[4][0]: refusal(entry[4][0], bare) for entry in found}
    allowed = [entry for entry in found if not refused[entry[4][0]]]
    if found and not allowed:
        raise AddressRefused(next(iter(refused.values())))
    failure: OSError = OSError("the name has no address")
    for left, entry in zip(range(len(allowed), 0, -1), allowed, strict=True):
        try:
            return _connected(entry, until, left, options)
        except OSError as error:
            failure = error
    raise failure


def _connected(
    entry: tuple[Any, ...], until: float, addresses_left: int, options: Iterable[tuple[int, int, int | bytes]]
) -> socket.socket:
    """One attempt: an address that does not answer leaves time for the others."""
    family, kind, protocol, _, address = entry
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError("the deadline of the call has passed")
    sock = socket.socket(family, kind, protocol)
    try:
        for option in options:
            sock.setsockopt(*option)
        sock.settimeout(left / addresses_left)
        sock.connect(address)
        sock.settimeout(max(0.001, until - time.monotonic()))  # of the TLS handshake, as a whole
    except BaseException:
        sock.close()
        raise
    return sock


def _as_literal(host: str, port: int) -> Resolved:
    """An address that is written as one needs no name server."""
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return []
    return socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM, 0, socket.AI_NUMERICHOST)
