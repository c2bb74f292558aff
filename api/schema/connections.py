"""Connections, and the arguments every list takes."""

import sys
from typing import Annotated, Any, Generic, TypeVar

import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField

from api.compiler import Root, ToMany, ToOne
from api.compiler.catalog import Expression
from api.domain.kernel import camel

from .binding import SOURCE, definition_of, readable_of

T = TypeVar("T")


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether rows follow this page, whichever way it was asked for.")
    has_previous_page: bool = strawberry.field(description="Whether rows precede this page.")
    start_cursor: str | None = strawberry.field(description="Cursor of the first row; null for an empty page.")
    end_cursor: str | None = strawberry.field(
        description="Cursor of the last row; give it as `after` for the next page."
    )


@strawberry.type(description="A count that stops at a bound, so that it is always quick.")
class BoundedCount:
    value: int = strawberry.field(description="How many rows there are, at most the bound.")
    is_exact: bool = strawberry.field(description="False when there are more rows than the bound.")


def argument(name: str, annotation: Any, description: str, default: Any = strawberry.UNSET) -> StrawberryArgument:
    return StrawberryArgument(
        python_name=name,
        graphql_name=name.rstrip("_") if name.endswith("_") else None,
        type_annotation=StrawberryAnnotation(annotation),
        description=description,
        default=default,
    )


def counted() -> Any:
    made: StrawberryField = strawberry.field(description="How many rows the list has; costs time only when asked for.")
    made.arguments = [argument("up_to", int, "Stop counting here; 0 to 100,000.", default=10_000)]
    return made


@strawberry.type(description="A row of a list and its cursor.")
class Edge(Generic[T]):
    cursor: str = strawberry.field(description="Opaque place of the row in this list and order.")
    node: T = strawberry.field(description="The row.")


@strawberry.type(description="One page of a list.")
class Connection(Generic[T]):
    edges: list[Edge[T]] = strawberry.field(description="The rows with their cursors.")
    nodes: list[T] = strawberry.field(description="The rows.")
    page_info: PageInfo = strawberry.field(description="Where this page stands.")

    total_count: BoundedCount = counted()


def about(annotation: Any, description: str) -> Any:
    """An argument's type and description."""
    return Annotated[annotation, strawberry.argument(description=description)]


def lazy(type_name: str, module: str) -> Any:
    """A type by name, for inputs that refer to each other across modules."""
    return Annotated[type_name, strawberry.lazy(module)]


def page_arguments(type_name: str, module: str) -> list[StrawberryArgument]:
    """`filter, orderBy, first, after, last, before, includeArchived` of a list of this type."""
    sort: Any = lazy(f"{type_name}Sort", module)
    return [
        argument("filter", lazy(f"{type_name}Filter", module) | None, "Which rows; all of the given conditions hold."),
        argument("order_by", list[sort] | None, "At most 3 sort keys; newest first when left out."),
        argument(
            "first", int | None, "Rows of the page from the start or after `after`; 25 when left out, at most 100."
        ),
        argument("after", str | None, "Only rows behind this cursor."),
        argument("last", int | None, "Rows of the page from the end or before `before`; not together with `first`."),
        argument("before", str | None, "Only rows ahead of this cursor."),
        argument("include_archived", bool, "Archived rows too.", default=False),
    ]


def plain_page_arguments() -> list[StrawberryArgument]:
    """The paging arguments of a list with one fixed order."""
    return [one for one in page_arguments("", "") if one.python_name in {"first", "after", "last", "before"}]


def bound_field(name: str, annotation: Any, description: str, source: Any, arguments: list[Any]) -> StrawberryField:
    """A field without a resolver, as if it had been declared in the class."""
    made: StrawberryField = strawberry.field(description=description, metadata={SOURCE: source})
    made.python_name = made.name = name
    made.type_annotation = StrawberryAnnotation(annotation)
    made.arguments = arguments
    return made


def many(cls: Any, description: str) -> Any:
    """A field of Query: the list of all records of a type that the viewer may see."""
    return rooted(
        Connection[cls], description, Root("page", cls.__name__), page_arguments(cls.__name__, cls.__module__)
    )


def rooted(annotation: Any, description: str, root: Root, arguments: list[StrawberryArgument]) -> Any:
    made = bound_field("", annotation, description, root, arguments)
    made.python_name = made.name = None  # type: ignore[assignment] # the class it is put into names it
    return made


def extend(owner: type[Any], name: str, cls: Any, by: str, description: str, **constants: str) -> None:
    """Give `owner` the list of the records that point at it with `by`.

    The slice that points declares the list, so that the slice pointed at does not have to know it.
    """
    source = ToMany(by, constants=constants)
    plain = readable_of(cls).default_order != (("created_at", True),)
    arguments = plain_page_arguments() if plain else page_arguments(cls.__name__, cls.__module__)
    if "archived_at" not in readable_of(cls).columns:
        arguments = [one for one in arguments if one.python_name != "include_archived"]
    definition_of(owner).fields.append(bound_field(name, Connection[cls], description, source, arguments))
    readable_of(owner).sources[name] = source
    if not plain:
        add_list_filter(owner, name, cls)


def extend_one(owner: type[Any], name: str, cls: Any, via: Expression, description: str) -> None:
    """Give `owner` the one record that an association table leads it to; `via` is that record's id."""
    source = ToOne("id", via=via)
    definition_of(owner).fields.append(bound_field(name, cls | None, description, source, []))
    readable_of(owner).sources[name] = source


def extend_listed(owner: type[Any], name: str, cls: Any, by: str, description: str, *, order: tuple[str, ...]) -> None:
    """Give `owner` the short list of the rows that point at it with `by`, in `order`."""
    source = ToMany(by, paged=False, order=order)
    definition_of(owner).fields.append(bound_field(name, list[cls], description, source, []))
    readable_of(owner).sources[name] = source


def extend_through(
    owner: type[Any], name: str, cls: Any, via: Expression, description: str, *, order: tuple[str, ...] = ()
) -> None:
    """Give `owner` the records that an association table leads it to: `via` is `ANY (…)` of their ids.

    With an `order` it is a short list, else a connection.
    """
    source = ToMany("id", via=via, paged=not order, order=order)
    annotation: Any = list[cls] if order else Connection[cls]
    arguments = [] if order else page_arguments(cls.__name__, cls.__module__)
    definition_of(owner).fields.append(bound_field(name, annotation, description, source, arguments))
    readable_of(owner).sources[name] = source


def add_list_filter(owner: type[Any], name: str, cls: type[Any]) -> None:
    """Let `owner` be filtered by a list of it."""
    filters = getattr(sys.modules[owner.__module__], f"{owner.__name__}Filter")
    made: StrawberryField = strawberry.field(description=f"Conditions on `{camel(name)}`.", default=strawberry.UNSET)
    made.python_name = made.name = name
    made.type_annotation = StrawberryAnnotation(lazy(f"{cls.__name__}ListFilter", cls.__module__) | None)
    definition_of(filters).fields.append(made)


def one(cls: Any, description: str) -> Any:
    """A field of Query: the record that a reference names."""
    where = argument("where", lazy(f"{cls.__name__}Ref", cls.__module__), "Which record.")
    return rooted(cls | None, description, Root("one", cls.__name__), [where])
