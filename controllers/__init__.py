from . import access_log, webhook
