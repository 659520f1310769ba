{
    "name": "POS Viva.com: simulator",
    "summary": "Sends Odoo's own Viva.com module to the simulator, for dev/bench",
    "version": "19.0.1.0.0",
    "category": "Hidden",
    "author": "POS Viva Wallet contributors",
    "license": "LGPL-3",
    "depends": ["pos_viva_com"],
}
