{
    "name": "POS Viva Wallet: late assets",
    "summary": "Tests make only those scripts and styles that a page asks for",
    "version": "19.0.1.0.0",
    "category": "Hidden",
    "author": "POS Viva Wallet contributors",
    "license": "LGPL-3",
    "depends": ["web"],
}
