"""Odoo with several workers, without the process for websockets: no browser listens.

Run as a script by the Python that Odoo needs; takes Odoo's options.
"""

from odoo.cli.command import main
from odoo.service.server import PreforkServer

PreforkServer.long_polling_spawn = lambda _server: None

if __name__ == "__main__":
    main()
