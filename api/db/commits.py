"""What may become of a COMMIT whose answer does not come. Free of drivers, so that the domain can speak of it."""


class CommitUnanswered(Exception):
    """COMMIT was sent, and the connection broke or the wait was given up before its answer: it may have been done.

    `interrupted`: somebody cancelled the wait, and waits no longer himself.
    """

    def __init__(self, *, interrupted: bool) -> None:
        self.interrupted = interrupted
        super().__init__("the answer of COMMIT did not come")


class NotCommitted(Exception):
    """The connection broke at COMMIT, and the database says that nothing was stored: worth another try."""


class OutcomeUnknown(Exception):
    """What was asked for may or may not have been stored, and repeating it could do it twice."""
