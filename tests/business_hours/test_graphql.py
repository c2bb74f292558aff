"""Business hours and calendars of holidays through the API."""

from collections.abc import Mapping
from typing import Any, ClassVar

from tests.graphql_client import Client
from tests.record_writes import RecordWrites
from tests.watching import nothing_changes

WEEK = [{"day": "MONDAY", "opens": "09:00", "closes": "12:00"}, {"day": "MONDAY", "opens": "13:00", "closes": "24:00"}]


class TestBusinessHours(RecordWrites):
    noun, type_name = "businessHours", "BusinessHours"
    new: ClassVar[Mapping[str, Any]] = {"name": "Support", "zone": "Europe/Berlin", "intervals": WEEK}
    change: ClassVar[Mapping[str, Any]] = {"zone": "Asia/Tokyo"}
    shown = "name zone intervals { day opens closes }"
    natural: ClassVar[tuple[str, Any]] = ("name", " support")
    duplicate: ClassVar[list[str]] = ["input", "name"]
    statements: ClassVar[Mapping[str, int]] = {"Create": 3, "Update": 4, "Archive": 4, "Restore": 5, "BulkUpsert": 4}


class TestHolidayCalendar(RecordWrites):
    noun, type_name = "holidayCalendar", "HolidayCalendar"
    new: ClassVar[Mapping[str, Any]] = {"name": "Bavaria", "holidays": [{"day": "2026-01-06", "name": "Epiphany"}]}
    change: ClassVar[Mapping[str, Any]] = {"holidays": [{"day": "2026-01-06", "name": "Dreikönig"}]}
    shown = "name holidays { day name }"
    natural: ClassVar[tuple[str, Any]] = ("name", " BAVARIA")
    duplicate: ClassVar[list[str]] = ["input", "name"]
    statements: ClassVar[Mapping[str, int]] = {"Create": 3, "Update": 4, "Archive": 4, "Restore": 5, "BulkUpsert": 4}


FILL = """
mutation($country: CountryCode!) {
  holidayCalendarFill(where: {name: "Bavaria"}, country: $country, region: "BY", firstYear: 2026, lastYear: 2026) {
    outcome holidayCalendar { holidays { day name } }
    errors { code path message ... on ValidationError { constraint } }
  }
}
"""


async def test_a_calendar_is_filled_from_a_country(graphql: Client):
    await graphql('mutation { holidayCalendarCreate(input: {name: "Bavaria"}) { outcome } }')
    payload = (await graphql(FILL, {"country": "DE"}))["holidayCalendarFill"]

    assert (payload["outcome"], payload["errors"]) == ("UPDATED", [])
    days = payload["holidayCalendar"]["holidays"]
    assert (len(days), days[1]) == (12, {"day": "2026-01-06", "name": "Heilige Drei Könige"})

    async with nothing_changes(graphql):
        refused = (await graphql(FILL, {"country": "XX"}))["holidayCalendarFill"]
    assert refused["holidayCalendar"] is None
    assert [(error["code"], error["path"], error["constraint"]) for error in refused["errors"]] == [
        ("INVALID", ["country"], "country")
    ]
