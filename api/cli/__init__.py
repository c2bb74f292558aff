"""The command line; `main` is the program `crm`."""

from .application import main

__all__ = ["main"]
