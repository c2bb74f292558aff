"""Loading records from CSV files, as a mapping says, through the same commands the API uses."""

from .mapping import MappingFile, Records, load_mapping
from .report import Report
from .run import BATCH, Importing
from .table import Table, count_rows

__all__ = ["BATCH", "Importing", "MappingFile", "Records", "Report", "Table", "count_rows", "load_mapping"]
