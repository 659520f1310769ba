{
    "name": "POS Viva Wallet",
    "summary": "Card payments at the till on Viva.com terminals (Cloud Terminal API)",
    "version": "19.0.1.0.0",
    "category": "Sales/Point of Sale",
    "author": "POS Viva Wallet contributors",
    "license": "LGPL-3",
    "depends": ["point_of_sale"],
    "external_dependencies": {"python": ["requests", "werkzeug"]},
    "data": [
        "security/ir.model.access.csv",
        "security/viva_wallet_security.xml",
        "data/ir_cron.xml",
        "views/pos_payment_method_views.xml",
        "views/pos_payment_views.xml",
        "views/res_config_settings_views.xml",
        "views/viva_wallet_transaction_views.xml",
    ],
    "assets": {
        "point_of_sale._assets_pos": [
            "pos_viva_wallet/static/src/app/**/*",
        ],
        "web.assets_tests": [
            "pos_viva_wallet/static/tests/tours/**/*",
        ],
        "web.assets_unit_tests": [
            "pos_viva_wallet/static/tests/unit/**/*",
        ],
    },
    "installable": True,
    "uninstall_hook": "uninstall_hook",
}
