"""Who may see what customers were asked and said: who may read that kind of record at all."""

from typing import Any

from sqlalchemy import ColumnElement

from api.domain.kernel import Capability, Context, Level, Right

# What somebody may do who shows a signed link: answer.
ANSWERING = Capability((), {"satisfaction_request": Right(Level.ALL, Level.ALL)})


def visible(t: Any, context: Context) -> ColumnElement[bool]:
    return context.reads("satisfaction_request", t)
