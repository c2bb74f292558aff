"""Documents: the GraphQL operations a tenant has registered, by their SHA-256."""

from .models import StoredDocument
from .service import Registration, documents, register, retire

__all__ = ["Registration", "StoredDocument", "documents", "register", "retire"]
