"""Ids on the wire."""

import pytest

from api.domain.kernel import MalformedId, new_id, parse, prefix_of, records, wire


def test_an_id_survives_the_wire():
    id = new_id()

    assert wire("acc", id) == f"acc_{id.hex}"
    assert parse("acc", wire("acc", id)) == id
    assert prefix_of(wire("acc", id)) == "acc"
    assert id.version == 7


def test_later_ids_sort_after_earlier_ones():
    ids = [new_id() for _ in range(1000)]

    assert ids == sorted(ids)
    assert len(set(ids)) == 1000


@pytest.mark.parametrize(
    "text",
    [
        "",
        "acc_",
        "acc_123",
        "con_" + "0" * 32,
        "ACC_" + "0" * 32,
        "acc_" + "G" * 32,
        "acc_" + "A" * 32,
        "acc_" + "0" * 33,
        "0" * 32,
    ],
)
def test_what_is_not_an_id_of_the_type_is_refused(text: str):
    with pytest.raises(MalformedId, match="acc_ and 32 hex digits"):
        parse("acc", text)


def test_every_kind_of_record_has_a_prefix_of_its_own():
    assert {prefix: record.object for prefix, record in records().items()} == {
        "acc": "account",
        "bhr": "business_hours",
        "cas": "case",
        "kba": "knowledge_article",
        "sat": "satisfaction_request",
        "cer": "certification",
        "con": "contact",
        "cpl": "commission_plan",
        "dlr": "deal_registration",
        "ent": "entitlement",
        "esr": "escalation_rule",
        "fpr": "field_profile",
        "hol": "holiday_calendar",
        "idn": "identity",
        "inv": "invitation",
        "lea": "lead",
        "mda": "partner_fund_allocation",
        "mdb": "partner_marketing_budget",
        "mdc": "partner_fund_claim",
        "mdf": "partner_fund_request",
        "opp": "opportunity",
        "pce": "partner_certification",
        "pcn": "partner_commission_entry",
        "pco": "partner_commission",
        "pcs": "partner_commission_statement",
        "pip": "pipeline",
        "plo": "partner_lead_offer",
        "plp": "partner_lead_profile",
        "pmb": "partner_membership",
        "prd": "product",
        "prg": "partner_program",
        "pti": "partner_tier",
        "pus": "partner_user",
        "que": "queue",
        "rol": "role",
        "shr": "record_share",
        "sla": "sla_policy",
        "stg": "stage",
        "tea": "team",
        "tok": "token",
        "usr": "user",
        "whk": "webhook_endpoint",
    }
