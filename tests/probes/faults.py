"""Weaker versions of what the product does, and how they are put in its place and taken out again."""

import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager
from inspect import isfunction, signature
from typing import Any
from unittest.mock import patch
from uuid import UUID

from sqlalchemy import literal, literal_column, or_, select, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from api.compiler import cursor
from api.compiler.render import Renderer
from api.domain.kernel import Context, Work, idempotency
from api.domain.kernel.model import among
from api.domain.kernel.viewer import Level
from api.http import auth
from tests.probes.killers import Bench

Apply = Callable[[Bench], AbstractAsyncContextManager[None]]


def takes(value: Callable[..., Any], original: Callable[..., Any]) -> None:
    asked = signature(original).parameters.values()
    named = [one.name for one in asked if one.kind is one.KEYWORD_ONLY]
    signature(value).bind(
        *(one for one in asked if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD)),
        **dict.fromkeys(named),
    )


def patched(*patches: tuple[Any, str, Any]) -> Apply:
    """Attributes of the product with other values; a function must take what its original takes."""
    for target, name, value in patches:
        if isfunction(value) and isfunction(getattr(target, name)):
            takes(value, getattr(target, name))

    @asynccontextmanager
    async def apply(_bench: Bench) -> AsyncIterator[None]:
        with ExitStack() as stack:
            for target, name, value in patches:
                stack.enter_context(patch.object(target, name, value))
            yield

    return apply


def entity(name: str, **values: Any) -> Apply:
    """An entity of the catalog with other attributes; it is frozen, so it is changed from outside and put back."""

    @asynccontextmanager
    async def apply(bench: Bench) -> AsyncIterator[None]:
        found = bench.inputs.catalog.entities[name]
        before = {key: getattr(found, key) for key in values}
        for key, value in values.items():
            object.__setattr__(found, key, value)
        try:
            yield
        finally:
            for key, value in before.items():
                object.__setattr__(found, key, value)

    return apply


def sql(do: str, undo: str) -> Apply:
    """A statement of the owner."""

    @asynccontextmanager
    async def apply(bench: Bench) -> AsyncIterator[None]:
        await bench.bound.owner.execute(do)
        try:
            yield
        finally:
            await bench.bound.owner.execute(undo)

    return apply


GUARD = Renderer.guard
WHERE = Renderer.where


def weaker(when: Callable[[str], bool], *, tenant: bool, rule: bool) -> Any:
    """A guard that leaves out tenant or rule for the references whose alias fits."""

    def guard(self: Renderer, about: Any, table: Any, *, listed: bool = False) -> Any:
        if not when(table.name):
            return GUARD(self, about, table, listed=listed)
        parts = [table.c[about.tenant_column] == self.tenant] if tenant else []
        if rule and about.visible:
            parts.append(about.visible(table.c, self.context))
        return parts[0] if len(parts) == 1 else (parts[0] & parts[1]) if parts else literal_column("true")

    return guard


def either(self: Renderer, about: Any, table: Any, *, listed: bool = False) -> Any:
    rule = about.visible(table.c, self.context) if about.visible else true()
    return or_(table.c[about.tenant_column] == self.tenant, rule)


def alias(pattern: str) -> Callable[[str], bool]:
    return lambda name: re.fullmatch(pattern, name) is not None


def guard(pattern: str, *, tenant: bool = False, rule: bool = False) -> Apply:
    return patched((Renderer, "guard", weaker(alias(pattern), tenant=tenant, rule=rule)))


def where_without(kinds: Sequence[str], first: int = 1) -> Any:
    """The conditions of a read without the first ones, for reads of such kinds."""

    def where(self: Renderer, read: Any, table: Any, parent: Any) -> Any:
        found = WHERE(self, read, table, parent)
        return found[first:] if read.kind in kinds else found

    return where


def where_or(self: Renderer, read: Any, table: Any, parent: Any) -> Any:
    """A filter that widens what may be seen."""
    found = WHERE(self, read, table, parent)
    return [or_(found[0], *found[1:])] if read.kind == "page" and len(found) > 1 else found


def unlinked(typename: str) -> Any:
    """Lists of a type that show those of all parents."""

    def where(self: Renderer, read: Any, table: Any, parent: Any) -> Any:
        found = WHERE(self, read, table, parent)
        return [found[0], *found[2:]] if read.entity.name == typename else found

    return where


def visible_without(*, tenant: bool, rule: bool) -> Any:
    plain = weaker(lambda _name: True, tenant=tenant, rule=rule)
    return lambda self, name, table: plain(self, self.catalog.entities[name], table)


def anything(_t: Any, _context: Any) -> Any:
    return true()


def nothing(*_arguments: Any, **_options: Any) -> None:
    return None


def reach(levels: Mapping[Level, Level], *, orphans: bool = False) -> Any:
    """`Context.reach` that takes one level for another, or what nobody owns for one's own."""
    original = Context.reach

    def wider(self: Context, level: Level, owner: Any = None) -> Any:
        rule = original(self, levels.get(level, level), owner)
        return or_(rule, owner.is_(None)) if orphans and owner is not None else rule

    return wider


async def selected_anywhere(self: Work, kind: Any, ids: Sequence[UUID], *, lock: bool) -> None:
    """`Work._select` without the tenant."""
    context = Context(
        self.viewer.capability, literal(self.viewer.user, Uuid()), literal(list(self.viewer.team), ARRAY(Uuid()))
    )
    query = select(kind).where(among(kind.id, ids), kind.visible(kind, context))
    for row in (await self.session.execute(query)).scalars():
        self._records[row.id] = row
        if lock:
            self._locked.add(row.id)


SEAL_KEY = cursor.Seal.key
SEAL_INIT = cursor.Seal.__init__


def key_without_tenant(self: Any, request: Any) -> bytes:
    class Somebody:
        secret, tenant = request.secret, UUID(int=0)

    return SEAL_KEY(self, Somebody)  # type: ignore[arg-type]


def seal_without_owner(self: Any, _owner: str, order: Any) -> None:
    SEAL_INIT(self, "", order)


def opens_without(word: str) -> Any:
    """`Authenticator._opens` for which a column of the token says nothing."""
    original = auth.Authenticator._opens
    return lambda self, row, credential: original(
        self, {**row, word: False if word == "archived" else None}, credential
    )


def without_narrowing(row: Any) -> Any:
    return auth.allowed([role for role in row["roles"] if role["held"] or role["id"] == row["role_id"]])


def of_everybody(original: Any) -> Any:
    """An idempotency key that is the tenant's, not the principal's."""

    async def run(work: Any, *arguments: Any) -> Any:
        viewer = work.viewer
        object.__setattr__(viewer, "principal", viewer.tenant)
        return await original(work, *arguments)

    return run


async def claim_unread(work: Any, key: str, operation: str, _fingerprint: bytes) -> Any:
    return await idempotency.claim(work, key, operation, b"the same")


async def nothing_awaited() -> None:
    return None
