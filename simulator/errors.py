"""What can go wrong in the simulator itself, as opposed to the faults that it simulates."""


class SimulatorError(ValueError):
    """The person or test that steers the simulator asked for something it cannot do."""

    status = 400


class NotFoundError(SimulatorError):
    """The terminal, session or delivery that was named does not exist."""

    status = 404


class DropConnection(Exception):
    """The connection is to be closed without an answer."""


class Refused(Exception):
    """Viva refuses a request.

    :param int status: HTTP status
    :param int event: value of the header X-Viva-EventId
    :param detail: text, or a list of validation errors
    """

    def __init__(self, status, event, detail):
        super().__init__(detail)
        self.status = status
        self.event = event
        self.detail = detail
