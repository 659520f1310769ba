{
    "name": "POS Viva Wallet: chaos",
    "summary": "Lets a fault-injection run kill workers at named points, in a tenth of the time",
    "version": "19.0.1.0.0",
    "category": "Hidden",
    "author": "POS Viva Wallet contributors",
    "license": "LGPL-3",
    "depends": ["pos_viva_wallet"],
}
