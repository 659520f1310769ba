import logging
import re

SECRET_IN_ADDRESS = re.compile(r"(/pos_viva_wallet/notification(?:/|\?\S*?token=))[^\s?&\"]+")


class HideWebhookToken(logging.Filter):
    """Keep the secret of the webhook address out of the web server's log of requests."""

    def filter(self, record):
        message = record.getMessage()
        hidden = SECRET_IN_ADDRESS.sub(r"\1***", message)
        if hidden != message:
            record.msg, record.args = hidden, None
        return True


logging.getLogger("werkzeug").addFilter(HideWebhookToken())
