{
    "name": "POS Viva Wallet",
    "summary": "Card payments at the till on Viva.com terminals (Cloud Terminal API)",
    "version": "19.0.1.4.0",
    "category": "Sales/Point of Sale",
    "author": "POS Viva Wallet contributors",
    "license": "LGPL-3",
    "depends": ["point_of_sale"],
    "external_dependencies": {"python": ["requests", "werkzeug"]},
    "data": [
        "security/ir.model.access.csv",
        "security/viva_wallet_security.xml",
        "data/ir_cron.xml",
        "data/product_data.xml",
        "views/pos_payment_method_views.xml",
        "views/pos_payment_method_receipt_views.xml",
        "views/pos_payment_views.xml",
        "views/res_config_settings_views.xml",
        "wizard/viva_wallet_resolve_views.xml",
        "views/viva_wallet_transaction_views.xml",
        "views/viva_wallet_review_views.xml",
        "views/viva_wallet_refund_views.xml",
        "views/viva_wallet_daily_views.xml",
        "views/viva_wallet_slip_report.xml",
        "views/pos_order_views.xml",
        "views/pos_session_views.xml",
    ],
    "assets": {
        "point_of_sale._assets_pos": [
            "pos_viva_wallet/static/src/app/**/*",
        ],
        "point_of_sale.customer_display_assets": [
            "pos_viva_wallet/static/src/app/customer_display/customer_texts.js",
            "pos_viva_wallet/static/src/customer_display/**/*",
        ],
        "web.assets_backend": [
            "pos_viva_wallet/static/src/backend/**/*",
        ],
        "web.assets_tests": [
            "pos_viva_wallet/static/tests/tours/**/*",
        ],
        "web.assets_unit_tests": [
            "pos_viva_wallet/static/tests/unit/**/*",
        ],
        "web.assets_unit_tests_setup": [
            # It extends a part of the Point of Sale that is not in this bundle either.
            ("remove", "pos_viva_wallet/static/src/backend/provider_card.js"),
            ("remove", "pos_viva_wallet/static/src/backend/provider_card.xml"),
        ],
    },
    "installable": True,
    "pre_init_hook": "pre_init_hook",
    "post_init_hook": "post_init_hook",
    "uninstall_hook": "uninstall_hook",
}
