"""The database roles and what each may do, as SQL that may be run again at any time.

Nobody logs in as the owner of the tables. `crm_app`, `crm_partner` and `crm_worker` serve and are bound by row-level
security; `crm_migrator` may become `crm_owner`; `crm_reader` owns the few functions that read across that security.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

OWNER = "crm_owner"
MIGRATOR = "crm_migrator"
APP = "crm_app"
PARTNER = "crm_partner"
WORKER = "crm_worker"
READER = "crm_reader"

SERVING_ROLES = (APP, PARTNER, WORKER)
LOGIN_ROLES = (*SERVING_ROLES, MIGRATOR)
GROUP_ROLES = (OWNER, READER)
EXTENSIONS = ("pg_trgm", "btree_gist")

# A plan must not differ between a developer's machine and a server: no JIT, one time zone, one schema.
COMMON_SETTINGS: Mapping[str, str] = MappingProxyType({"search_path": "public", "timezone": "UTC", "jit": "off"})

# Milliseconds would be the unit of a bare number; the words keep it readable in pg_roles.
TIMEOUTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        APP: {"statement_timeout": "8s", "lock_timeout": "2s", "idle_in_transaction_session_timeout": "10s"},
        PARTNER: {"statement_timeout": "4s", "lock_timeout": "2s", "idle_in_transaction_session_timeout": "10s"},
        WORKER: {"statement_timeout": "5min", "lock_timeout": "10s", "idle_in_transaction_session_timeout": "60s"},
        MIGRATOR: {},  # migrations/env.py sets its own
    }
)
# Known to PostgreSQL 17 and newer.
TRANSACTION_TIMEOUTS: Mapping[str, str] = MappingProxyType({APP: "15s", PARTNER: "15s"})


def identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def cluster_sql() -> str:
    """Roles, memberships and settings: once per server, by a superuser or a role with CREATEROLE."""
    statements = [_role(name, "NOLOGIN NOINHERIT") for name in GROUP_ROLES]
    statements += [_role(name, "LOGIN") for name in SERVING_ROLES]
    statements.append(_role(MIGRATOR, "LOGIN NOINHERIT"))
    # A member with SET but without INHERIT sees nothing until it says SET ROLE. The owner is a member of the reader
    # for one purpose: to hand functions over to it.
    statements += [_membership(OWNER, MIGRATOR), _membership(READER, OWNER)]
    for role in LOGIN_ROLES:
        settings = {**COMMON_SETTINGS, **TIMEOUTS[role]}
        statements += [f"ALTER ROLE {role} SET {name} = {literal(value)};" for name, value in settings.items()]
    statements += [
        _from_version(170_000, f"ALTER ROLE {role} SET transaction_timeout = {literal(value)}")
        for role, value in TRANSACTION_TIMEOUTS.items()
    ]
    return "\n".join(statements) + "\n"


def database_sql(database: str) -> str:
    """Owner and grants of the database itself, from a connection to any database of the server.

    `CREATE DATABASE … TEMPLATE` copies neither.
    """
    name = identifier(database)
    return (
        f"ALTER DATABASE {name} OWNER TO {OWNER};\n"
        f"REVOKE ALL ON DATABASE {name} FROM PUBLIC;\n"  # PUBLIC holds CONNECT and TEMPORARY by default
        f"GRANT CONNECT ON DATABASE {name} TO {', '.join(LOGIN_ROLES)};\n"
    )


def schema_sql() -> str:
    """Owner, grants and extensions inside a database, from a connection to it; copied along with a template."""
    return "\n".join(
        [
            f"ALTER SCHEMA public OWNER TO {OWNER};",
            "REVOKE ALL ON SCHEMA public FROM PUBLIC;",
            f"GRANT USAGE ON SCHEMA public TO {', '.join((*LOGIN_ROLES, READER))};",
            f"GRANT USAGE, CREATE ON SCHEMA public TO {OWNER};",
            *(f"CREATE EXTENSION IF NOT EXISTS {extension} SCHEMA public;" for extension in EXTENSIONS),
            "",
        ]
    )


def password_sql(passwords: Mapping[str, str]) -> str:
    return "".join(f"ALTER ROLE {role} PASSWORD {literal(word)};\n" for role, word in sorted(passwords.items()))


def external_sql(database: str = "crm") -> str:
    """What an operator runs with psql, once, to prepare a PostgreSQL 15 or newer of his own."""
    name = identifier(database)
    passwords = "".join(f"\\password {role}\n" for role in LOGIN_ROLES)
    return f"""\
-- Run with psql as a superuser, connected to the database postgres. It may be run again.
-- PostgreSQL 17 and newer also take: LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'
\\set ON_ERROR_STOP on
{cluster_sql()}
SELECT {literal(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")}
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = {literal(database)}) \\gexec
\\connect {name}
{database_sql(database)}{schema_sql()}
-- Choose a password for each login; they belong into the four CRM_…DATABASE_URL.
{passwords}"""


def hand_to_reader(function: str) -> str:
    """Give a SECURITY DEFINER function, named with its argument types, to `crm_reader`; for migrations.

    Grant EXECUTE on it before: afterwards `crm_owner` may drop it but no longer grant. The new owner needs CREATE on
    the schema at this moment only.
    """
    return (
        f"GRANT CREATE ON SCHEMA public TO {READER};\n"
        f"ALTER FUNCTION {function} OWNER TO {READER};\n"
        f"REVOKE CREATE ON SCHEMA public FROM {READER};\n"
    )


def _role(name: str, attributes: str) -> str:
    # Attributes of an existing role are left alone: the server refuses to start when they give too much, and that
    # is the operator's to decide. A role created here never has them.
    return (
        f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = {literal(name)}) THEN "
        f"CREATE ROLE {name} {attributes} NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION; "
        "END IF; END $$;"
    )


def _membership(group: str, member: str) -> str:
    # PostgreSQL 15 does not know the options; there NOINHERIT of the member has the same effect.
    return (
        "DO $$ BEGIN IF current_setting('server_version_num')::int >= 160000 THEN "
        f"EXECUTE 'GRANT {group} TO {member} WITH SET TRUE, INHERIT FALSE'; "
        f"ELSE EXECUTE 'GRANT {group} TO {member}'; END IF; END $$;"
    )


def _from_version(number: int, statement: str) -> str:
    return (
        f"DO $$ BEGIN IF current_setting('server_version_num')::int >= {number} THEN "
        f"EXECUTE {literal(statement)}; END IF; END $$;"
    )
