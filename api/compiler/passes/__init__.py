"""The rewrites between selection and SQL, in their order. Each is pure and idempotent."""

from .aliases import name_aliases
from .counts import count_only_if_asked
from .filters import apply_filters
from .order import apply_order
from .paging import paginate
from .policy import apply_policy
from .relations import bind_relations
from .total_order import total_order

PASSES = (
    bind_relations,
    apply_policy,
    apply_filters,
    apply_order,
    total_order,
    paginate,
    count_only_if_asked,
    name_aliases,
)

__all__ = ["PASSES"]
