{
    "name": "POS Viva Wallet: Hoot on Debian",
    "summary": "Lets JS unit tests load with Debian's Odoo, which lacks a file for licence reasons",
    "version": "19.0.1.0.0",
    "category": "Hidden",
    "author": "POS Viva Wallet contributors",
    "license": "LGPL-3",
    "depends": ["mail"],
    "assets": {
        "web.assets_unit_tests_setup": [
            ("remove", "mail/static/lib/selfie_segmentation/selfie_segmentation.js"),
        ],
    },
}
