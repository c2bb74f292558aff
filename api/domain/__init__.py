"""The business: one package per slice, entered by its front door; every slice stands on `kernel`."""
