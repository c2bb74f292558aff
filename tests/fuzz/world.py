"""The ids that generated operations can name."""

from __future__ import annotations

from api.domain import access, accounts, contacts, opportunities, products, sharing, tokens, users
from tests.badinput.place import Place
from tests.fuzz.scalars import Ids

MODELS = (
    ("User", "usr", users.User),
    ("Team", "tea", users.Team),
    ("Account", "acc", accounts.Account),
    ("Contact", "con", contacts.Contact),
    ("Product", "prd", products.Product),
    ("Pipeline", "pip", opportunities.Pipeline),
    ("Stage", "stg", opportunities.Stage),
    ("Opportunity", "opp", opportunities.Opportunity),
    ("Role", "rol", access.Role),
    ("Token", "tok", tokens.Token),
    ("FieldProfile", "fpr", sharing.FieldProfile),
    ("RecordShare", "shr", sharing.RecordShare),
)


def ids_of(place: Place) -> Ids:
    """Those of the tenant, by the name of the type."""
    return {
        name: [
            f"{prefix}_{row['id'].hex}" for row in place.world.rows.get(model, ()) if row["tenant_id"] == place.tenant
        ]
        for name, prefix, model in MODELS
    }
