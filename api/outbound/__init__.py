"""HTTP to addresses that strangers chose: where it may go is decided at the socket, anew for each connection."""

from .addresses import is_public
from .client import Answer, Client, Failed
from .destinations import Allowed, Destination, Unusable, allowed_hosts, destination
from .guard import Guard, Guarded
from .resolving import Resolve, Resolver

__all__ = [
    "Allowed",
    "Answer",
    "Client",
    "Destination",
    "Failed",
    "Guard",
    "Guarded",
    "Resolve",
    "Resolver",
    "Unusable",
    "allowed_hosts",
    "destination",
    "is_public",
]
