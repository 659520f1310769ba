import js from "@eslint/js";
import globals from "globals";

const rules = {
    ...js.configs.recommended.rules,
    "no-unused-vars": ["error", { args: "none", caughtErrors: "all" }],
    "no-duplicate-imports": "error",
    "no-var": "error",
    "prefer-const": ["error", { destructuring: "all", ignoreReadBeforeAssign: true }],
    curly: ["error", "all"],
    eqeqeq: ["error", "always", { null: "ignore" }],
};

export default [
    {
        files: ["static/**/*.js"],
        languageOptions: {
            ecmaVersion: "latest",
            sourceType: "module",
            globals: { ...globals.browser, odoo: "readonly", luxon: "readonly", posmodel: "readonly" },
        },
        linterOptions: { reportUnusedDisableDirectives: "error" },
        rules,
    },
    {
        files: ["simulator/**/*.js"],
        languageOptions: {
            ecmaVersion: "latest",
            sourceType: "module",
            globals: globals.browser,
        },
        linterOptions: { reportUnusedDisableDirectives: "error" },
        rules,
    },
];
