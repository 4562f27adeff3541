"""Which addresses are on the public internet: what a tenant's administrator names may lead nowhere else."""

from __future__ import annotations

import ipaddress

# Public by their number and yet inside: translations of IPv4 addresses (RFC 6052, 8215), and the addresses at which
# clouds answer their own machines where those are not link-local.
INSIDE = [ipaddress.ip_network(each) for each in ("64:ff9b::/96", "64:ff9b:1::/48", "168.63.129.16/32", "192.0.0.0/24")]


def is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """True for an address on the public internet that is nothing else in disguise."""
    if isinstance(address, ipaddress.IPv6Address):
        disguised = address.ipv4_mapped or address.sixtofour or address.teredo
        if disguised or address.is_site_local:
            return False
    if any(address in network for network in INSIDE if network.version == address.version):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)
