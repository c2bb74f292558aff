"""Loading records from files, as a mapping says, through the same commands the API uses."""

from .mapping import MappingFile, Records, load_mapping
from .report import Report
from .run import BATCH, Importing
from .sqldump import SqlTable, count_inserts
from .table import Table, count_rows

__all__ = [
    "BATCH",
    "Importing",
    "MappingFile",
    "Records",
    "Report",
    "SqlTable",
    "Table",
    "count_inserts",
    "count_rows",
    "load_mapping",
]
