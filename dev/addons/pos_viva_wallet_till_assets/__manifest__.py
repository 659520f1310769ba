{
    "name": "POS Viva Wallet: assets of the till",
    "summary": "Tests make no scripts and styles but those of the till",
    "version": "19.0.1.0.0",
    "category": "Hidden",
    "author": "POS Viva Wallet contributors",
    "license": "LGPL-3",
    "depends": ["web"],
}
