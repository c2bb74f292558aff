"""Who may see identities and invitations: who may read that kind of record at all."""

from typing import Any

from sqlalchemy import ColumnElement

from api.domain.kernel import Capability, Context, Level, Right

ANY = Right(Level.ALL, Level.ALL)
# What somebody may do who shows an invitation: read the person it is for, use it up, be linked.
ACCEPTING = Capability((), {"user": Right(Level.ALL), "invitation": ANY, "identity": ANY | Right(create=True)})


def visible_identities(_t: Any, context: Context) -> ColumnElement[bool]:
    return context.reads("identity")


def visible_invitations(_t: Any, context: Context) -> ColumnElement[bool]:
    return context.reads("invitation")
