"""Which IP addresses are of the public internet.

`is_global` alone lets through multicast, relays to IPv4 and forms that embed an IPv4 address (Python 3.11, 3.12), so
IPv6 is an allow-list here: the one block that is given out, without the parts of it that are not.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

NO_HOSTS = tuple(
    IPv4Network(block)
    for block in (
        "192.0.0.0/24",  # protocols; parts of it count as global
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT relays
        "192.88.99.0/24",  # 6to4 relays
        "192.175.48.0/24",  # AS112
    )
)
GIVEN_OUT = IPv6Network("2000::/3")
NOT_GIVEN_OUT = tuple(
    IPv6Network(block)
    for block in (
        "2001::/23",  # Teredo, benchmarks, ORCHID: protocols, not hosts
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: an IPv4 address inside
        "3fff::/20",  # documentation
    )
)


def is_public(text: str) -> bool:
    """Whether an address, as a resolver answers it, is of a host on the public internet; False for no address at all.

    >>> [is_public(one) for one in ("93.184.215.14", "10.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a9fe:a9fe", "ff02::1")]
    [True, False, False, False, False]
    """
    try:
        address = ip_address(text)
    except ValueError:
        return False
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped
        return public_6(address) if inner is None else public_4(inner)
    return public_4(address)


def public_4(address: IPv4Address) -> bool:
    if not address.is_global or address.is_multicast or address.is_reserved:
        return False
    return not any(address in block for block in NO_HOSTS)


def public_6(address: IPv6Address) -> bool:
    if address.scope_id is not None or address not in GIVEN_OUT or not address.is_global:
        return False
    return not any(address in block for block in NOT_GIVEN_OUT)
