"""The words of the demo tenant. Every company, person and domain is invented; `.example` belongs to nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from api.domain.opportunities import ForecastCategory, StageValues, Status

# Name, title, team.
PEOPLE: Sequence[tuple[str, str, str]] = (
    ("Ada Lindqvist", "Head of sales", "Sales"),
    ("Ravi Menon", "Team lead", "North"),
    ("Élodie Marchand", "Team lead", "South"),
    ("Noor Haddad", "Account executive", "North"),
    ("Piotr Łukasik", "Account executive", "North"),
    ("Grace Okafor", "Account executive", "North"),
    ("Mei Tanaka", "Account executive", "South"),
    ("Jonas Weber", "Account executive", "South"),
    ("Camila Duarte", "Account executive", "South"),
    ("Tomás Rivera", "Analyst", "Sales"),
)
# Name, parent, manager.
TEAMS: Sequence[tuple[str, str, str]] = (
    ("Sales", "", "Ada Lindqvist"),
    ("North", "Sales", "Ravi Menon"),
    ("South", "Sales", "Élodie Marchand"),
)
# Code, name, family, list price in US dollars.
PRODUCTS: Sequence[tuple[str, str, str, int]] = (
    ("SEN-10", "Flow sensor", "Sensors", 240),
    ("SEN-20", "Pressure sensor", "Sensors", 310),
    ("SEN-30", "Humidity sensor", "Sensors", 180),
    ("GTW-1", "Gateway", "Gateways", 1_450),
    ("GTW-2", "Gateway, redundant", "Gateways", 2_900),
    ("PLT-S", "Platform, small", "Platform", 6_000),
    ("PLT-M", "Platform, medium", "Platform", 18_000),
    ("PLT-L", "Platform, large", "Platform", 54_000),
    ("SVC-I", "Installation day", "Services", 1_100),
    ("SVC-T", "Training day", "Services", 950),
)
# Name, and the name of its parent.
ACCOUNTS: Sequence[tuple[str, str | None]] = (
    ("Northwind Dairies", None),
    ("Northwind Dairies Poland", "Northwind Dairies"),
    ("Northwind Dairies Nordic", "Northwind Dairies"),
    ("Halcyon Water Works", None),
    ("Halcyon Pumping Stations", "Halcyon Water Works"),
    ("Meridian Breweries", None),
    ("Meridian Craft", "Meridian Breweries"),
    ("Meridian Craft Taprooms", "Meridian Craft"),
    ("Castellan Glass", None),
    ("Orchard & Vine", None),
    ("Sable Chemicals", None),
    ("Sable Coatings", "Sable Chemicals"),
    ("Tidewater Shipyards", None),
    ("Lumen Hospitals", None),
    ("Lumen Laboratories", "Lumen Hospitals"),
    ("Juniper Textiles", None),
    ("Quarry & Sons", None),
    ("Åkerlund Papermills", None),
    ("Solstice Energy", None),
    ("Solstice Wind", "Solstice Energy"),
    ("Pelican Foods", None),
    ("Brightwater Partners", None),
    ("Brightwater Iberia", "Brightwater Partners"),
    ("Kestrel Aviation", None),
    ("Marchetti Ceramiche", None),
    ("Cobalt Batteries", None),
    ("Fenwick Greenhouses", None),
    ("Ironbridge Rail", None),
    ("Saffron Hotels", None),
    ("Zephyr Cooling", None),
)
INDUSTRIES = ("food", "water", "beverages", "chemicals", "manufacturing", "health", "energy", "transport")
COUNTRIES = (
    ("Gdańsk", "PL"),
    ("Malmö", "SE"),
    ("Leeds", "GB"),
    ("Lyon", "FR"),
    ("München", "DE"),
    ("Porto", "PT"),
    ("Portland", "US"),
    ("Osaka", "JP"),
)
RENEWALS: Sequence[StageValues] = (
    {"name": "Upcoming", "probability": 60, "max_days": 45},
    {"name": "In talks", "probability": 80, "forecast_category": ForecastCategory.COMMIT, "max_days": 30},
    {"name": "Renewed", "kind": Status.WON},
    {"name": "Cancelled", "kind": Status.LOST},
)
SUBJECTS: Mapping[str, Sequence[str]] = {
    "Sales": ("Leak detection", "Plant monitoring", "Cold chain", "Energy metering", "Spare parts", "Pilot site"),
    "Renewals": ("Platform renewal", "Service contract"),
}
# Reason, competitor.
LOSSES: Sequence[tuple[str, str | None]] = (
    ("Price", "Velmont"),
    ("Price", "Oruga Systems"),
    ("No budget this year", None),
    ("Chose to build it themselves", None),
    ("Missing feature", "Velmont"),
    ("No answer for two months", None),
)
# First and last name, title, language. Each account has the next two of them; the second reports to the first.
CONTACTS: Sequence[tuple[str, str, str, str]] = (
    ("Ines", "Åström", "Head of purchasing", "sv"),
    ("Łukasz", "Zieliński", "Plant engineer", "pl"),
    ("Marguerite", "Lefèvre", "Managing director", "fr"),
    ("Owen", "Pritchard", "Buyer", "en-GB"),
    ("Sofía", "Núñez", "Head of operations", "es"),
    ("Dilara", "Yıldız", "Controller", "tr"),
    ("Henrik", "Sørensen", "Technical director", "da"),
    ("Beatriz", "Conceição", "Project manager", "pt-BR"),
    ("Akira", "Mori", "Head of maintenance", "ja"),
    ("Žofie", "Dvořáková", "Safety officer", "cs"),
    ("Jürgen", "Großmann", "Head of IT", "de"),
)
