"""Odoo's command line as a script: with workers Odoo starts this file again, for its websockets."""

from odoo.cli.command import main

main()
