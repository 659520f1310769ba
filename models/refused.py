class Refused(Exception):
    """A request of a till that is not given to Viva.

    :param str reason: key of `reasons`, or of `refund_reasons` for a refund.
    :param dict details: for its sentence.
    """

    def __init__(self, reason, **details):
        super().__init__(reason)
        self.reason = reason
        self.details = details
