"""HTTP: bytes in, bytes out. The only package that knows about headers and status codes."""
