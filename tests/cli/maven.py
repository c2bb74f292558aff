"""A small set of files in the form of the public CRM Sales Opportunities data, with its kinds of dirt."""

from pathlib import Path

TEAMS = """\
sales_agent,manager,regional_office
Anna Snelling,Dustin Brinkmann,Central
Cecily Lampkin,Dustin Brinkmann,Central
Moses Frase,Melvin Marxen,Central
Elease Gluck,Celia Rouche,West
"""
PRODUCTS = """\
product,series,sales_price
GTX Basic,GTX,550
GTX Pro,GTX,4821
MG Special,MG,55
"""
# A subsidiary stands before its parent, and one below another subsidiary.
ACCOUNTS = """\
account,sector,year_established,revenue,employees,office_location,subsidiary_of
Bluth Company,technolgy,1993,1242.32,3027,United States,Isdom
Cancity,retail,2001,718.62,2448,Philipines,
Isdom,medical,2002,3178.24,4540,United States,Cancity
Dontechi,software,,,,,
"""
PIPELINE = """\
opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value
1C1I7A6R,Moses Frase,GTX Basic,Cancity,Won,10/20/2016,3/1/2017,1054
Z063OYW0,Anna Snelling,GTXPro,Isdom,Won,10/25/2016,3/11/2017,4514
EC4QE1BX,Cecily Lampkin,MG Special,Cancity,Lost,10/25/2016,3/7/2017,0
MV1LWRNH,Elease Gluck,GTX Basic,,Engaging,10/25/2016,,
PE84CX4O,Elease Gluck,GTXPro,Bluth Company,Engaging,2/29/2016,,
ZNBS69V1,Anna Snelling,MG Special,,Prospecting,,,
"""


def write_files(folder: Path, **changes: str | bytes) -> Path:
    """The four files; `sales_pipeline="…"` writes another text into that one."""
    texts = {"sales_teams": TEAMS, "products": PRODUCTS, "accounts": ACCOUNTS, "sales_pipeline": PIPELINE, **changes}
    folder.mkdir(exist_ok=True)
    for name, content in texts.items():
        (folder / f"{name}.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder
