import js from "@eslint/js";
import globals from "globals";

export default [
    js.configs.recommended,
    {
        languageOptions: {
            ecmaVersion: "latest",
            sourceType: "module",
            globals: {
                ...globals.browser,
                ...globals.node,
                luxon: "readonly",
                odoo: "readonly",
                posmodel: "readonly",
            },
        },
        rules: {
            curly: "error",
            eqeqeq: "error",
            "no-console": "error",
            "no-undef": "error",
            "no-unused-vars": ["error", { args: "none" }],
            "no-var": "error",
            "prefer-const": "error",
        },
    },
];
