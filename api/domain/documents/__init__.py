"""Documents: the GraphQL operations a tenant has registered, by their SHA-256."""

from .models import StoredDocument

__all__ = ["StoredDocument"]
