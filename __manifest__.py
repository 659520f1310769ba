{
    "name": "POS Viva Wallet",
    "summary": "Card payments at the till on Viva.com terminals (Cloud Terminal API)",
    "version": "19.0.1.0.0",
    "category": "Sales/Point of Sale",
    "author": "POS Viva Wallet contributors",
    "license": "LGPL-3",
    "depends": ["point_of_sale"],
    "external_dependencies": {"python": ["requests", "werkzeug"]},
    "data": [],
    "assets": {},
    "installable": True,
}
