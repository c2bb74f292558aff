"""The rows of a work as objects, made known to SQLAlchemy only when it is asked for something.

A session needs as long to take an object in as PostgreSQL to read its row; most writes never ask it for anything.
"""

from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import inspect
from sqlalchemy.orm import make_transient_to_detached
from sqlalchemy.orm.attributes import instance_state, manager_of_class, set_committed_value

from .lookups import DIALECT
from .model import Model, Record, columns_of

if TYPE_CHECKING:
    from api.db.writes import WriteSession

R = TypeVar("R", bound=Record)
NUMERIC = 1700  # PostgreSQL's number of the type; only decimals ask for it


class Objects:
    """Keeps the objects that the session does not know yet."""

    def __init__(self, session: "WriteSession") -> None:
        self._session = session
        self._apart: list[Model] = []

    @property
    def session(self) -> "WriteSession":
        """The session, which knows all objects from now on."""
        if self._apart:
            self._session.add_all(self._apart)
            self._apart = []
        return self._session

    @property
    def changed(self) -> list[Any]:
        """Those that differ from their rows."""
        if any(instance_state(row).modified for row in self._apart):
            return list(self.session.dirty)
        return list(self._session.dirty) if self._session.sync_session.in_transaction() else []

    def inserted(self, row: Record) -> None:
        """The object has a row from now on."""
        make_transient_to_detached(row)
        self._apart.append(row)

    def read(self, entity: type[R], rows: Iterable[Any], known: Callable[[Any], Any], *, anew: bool = False) -> list[R]:
        """Objects for rows of all columns of the entity; `known` finds the one of an id.

        `anew`: an object that there is already gets the values of its row.
        """
        readers, found = readers_of(entity), []
        make, identity = manager_of_class(entity).new_instance, inspect(entity).identity_key_from_primary_key
        for row in rows:
            values = {
                name: value if reader is None or value is None else reader(value)
                for (name, reader), value in zip(readers, row, strict=True)
            }
            one = known(values["id"])
            if one is None and self._session.sync_session.identity_map:
                one = self._session.sync_session.identity_map.get(identity((values["tenant_id"], values["id"])))
            if one is None:
                one = make()
                one.__dict__.update(values)
                self.inserted(one)
            elif anew:
                for name, value in values.items():
                    set_committed_value(one, name, value)
            found.append(one)
        return found


@cache
def readers_of(model: type[Model]) -> tuple[tuple[str, Callable[[Any], Any] | None], ...]:
    """Each column, in the order of the table, with what makes the model's value of the driver's."""
    return tuple(
        (name, declared.type.dialect_impl(DIALECT).result_processor(DIALECT, NUMERIC))
        for name, declared in columns_of(model).items()
    )
