"""Users, teams, accounts and contacts of a random tenant."""

from datetime import date
from typing import Any

from api.domain import accounts, contacts, users
from tests.oracle.maker import WORDS, ZONES, Maker
from tests.oracle.wire import fold


def people(maker: Maker) -> None:
    for _ in range(maker.random.randrange(2, 5)):
        name = maker.unique(maker.name())
        parent = maker.some(users.Team, 0.6)
        maker.record(users.Team, name=name, name_sort=fold(name), parent_id=parent, manager_id=None)
    for at in range(maker.random.randrange(4, 8)):
        name = maker.name()
        email = maker.maybe(lambda at=at: f"{'ÉLO' if at % 2 else 'rita'}.{at}@Example.com")  # type: ignore[misc]
        maker.record(
            users.User,
            name=name,
            name_sort=fold(name),
            email=email,
            email_norm=email and fold(email),
            title=maker.maybe(maker.name, 0.4),
            team_id=maker.some(users.Team),
            reports_to_id=maker.some(users.User, 0.5),
            zone=maker.maybe(lambda: maker.random.choice(ZONES), 0.5),
            is_active=maker.chance(0.8),
        )
    for team in maker.rows[users.Team]:
        if team["tenant_id"] == maker.tenant:
            team["manager_id"] = maker.some(users.User, 0.5)


def all_accounts(maker: Maker) -> None:
    for _ in range(maker.random.randrange(12, 24)):
        name, currency = maker.name(), maker.maybe(maker.currency)
        industry, territory = (maker.maybe(lambda: maker.random.choice(WORDS)) for _ in range(2))
        row = maker.record(
            accounts.Account,
            name=name,
            name_sort=fold(name),
            legal_name=maker.maybe(maker.name, 0.3),
            type=maker.random.choice(list(accounts.AccountType)),
            industry=industry,
            industry_sort=industry and fold(industry),
            employees=maker.maybe(lambda: maker.random.choice([0, 1, 200, 200, 5_000])),
            annual_revenue_minor=maker.maybe(lambda c=currency: maker.minor(c)) if currency else None,  # type: ignore[misc]
            currency=currency,
            tax_id=maker.maybe(lambda: f"DE{maker.random.randrange(10**9)}", 0.3),
            territory=territory,
            territory_sort=territory and fold(territory),
            year_founded=maker.maybe(lambda: maker.random.choice([1899, 1989, 2020])),
            owner_id=maker.some(users.User),
            parent_id=maker.some(accounts.Account, 0.4),
            notes=maker.maybe(lambda: 'Line one\nline two "quoted" \\ tab\t', 0.2),
        )
        account_parts(maker, row)


def account_parts(maker: Maker, account: dict[str, Any]) -> None:
    for _ in range(maker.random.choice([0, 0, 1, 3])):
        maker.used += 1
        domain = f"{maker.random.choice(['shop', 'xn--bcher-kva', 'a-z'])}{maker.used}.example"
        maker.add(accounts.AccountDomain, account_id=account["id"], domain=domain, archived_at=account["archived_at"])
    for kind in maker.random.sample(list(accounts.AddressKind), maker.random.choice([0, 0, 1, 3])):
        texts = {name: maker.maybe(maker.name, 0.6) for name in ("street", "city", "region", "postal_code")}
        country = maker.maybe(lambda: maker.random.choice(["DE", "JP"]))
        maker.add(accounts.AccountAddress, account_id=account["id"], kind=kind, country=country, **texts)


def all_contacts(maker: Maker) -> None:
    for at in range(maker.random.randrange(10, 18)):
        first, last = maker.maybe(maker.name), maker.name()
        name = f"{first} {last}" if first else last
        emails = [
            f"José.{at}.{n}@example.com" if n else f"rita.{at}@example.com" for n in range(maker.random.randrange(3))
        ]
        phones = [f"+4930{maker.random.randrange(10**6, 10**7)}" for _ in range(maker.random.randrange(3))]
        email, phone = (maker.random.choice(one) if one and maker.chance(0.8) else None for one in (emails, phones))
        row = maker.record(
            contacts.Contact,
            name=name,
            name_sort=fold(name),
            first_name=first,
            last_name=last,
            last_name_sort=fold(last),
            salutation=maker.maybe(lambda: "Dr.", 0.2),
            title=maker.maybe(maker.name, 0.3),
            email=email,
            email_sort=email and fold(email),
            email_norm=email and email.lower(),
            phone=phone,
            language=maker.maybe(lambda: maker.random.choice(["de", "de-AT", "pt-BR", "zh-Hant-TW"])),
            zone=maker.maybe(lambda: maker.random.choice(ZONES), 0.3),
            owner_id=maker.some(users.User),
            reports_to_id=maker.some(contacts.Contact, 0.4),
            account_id=None,
            notes=None,
        )
        contact_parts(maker, row, emails, phones)


def contact_parts(maker: Maker, row: dict[str, Any], emails: list[str], phones: list[str]) -> None:
    own: dict[str, Any] = {"contact_id": row["id"]}
    for email in emails:
        verified, label = maker.maybe(maker.instant, 0.4), maker.maybe(lambda: "work", 0.4)
        maker.add(
            contacts.ContactEmail,
            **own,
            key=email.lower(),
            email=email,
            original=email.upper(),
            label=label,
            verified_at=verified,
        )
    for number in phones:
        label, extension = maker.maybe(lambda: "mobile", 0.4), maker.maybe(lambda: "12", 0.2)
        maker.add(contacts.ContactPhone, **own, number=number, original=number[3:], label=label, extension=extension)
    for kind in maker.random.sample(list(accounts.AddressKind), maker.random.choice([0, 0, 2])):
        texts = {name: maker.maybe(maker.name, 0.6) for name in ("street", "city", "region", "postal_code")}
        maker.add(contacts.ContactAddress, **own, kind=kind, country=maker.maybe(lambda: "DE"), **texts)
    known = {one["id"] for one in maker.rows[accounts.Account] if one["tenant_id"] == maker.tenant}
    for account in maker.random.sample(sorted(known), maker.random.choice([0, 1, 1, 3])):
        ended, role = maker.maybe(maker.day, 0.3), maker.maybe(lambda: maker.random.choice(WORDS))
        first = maker.maybe(lambda ended=ended: min(maker.day(), ended or date.max))  # type: ignore[misc]
        taken = any(
            one["account_id"] == account and one["is_primary_contact"]
            for one in maker.rows.get(contacts.AccountContact, [])
        )
        maker.add(
            contacts.AccountContact,
            id=maker.id(),
            **own,
            account_id=account,
            role=role,
            role_sort=role and fold(role),
            is_primary_contact=not (taken or ended or row["archived_at"]) and maker.chance(0.5),
            started_on=first,
            ended_on=ended,
            created_at=maker.instant(),
            archived_at=row["archived_at"],
        )
        if ended is None and maker.chance(0.6):
            row["account_id"] = account
