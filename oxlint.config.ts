import { defineConfig } from "oxlint";

/** Functions whose last bit differs between engines. */
const inexact = [
  ...["exp", "expm1", "log", "log1p", "log2", "log10", "pow", "cbrt", "hypot"],
  ...["sin", "cos", "tan", "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh"],
];

export default defineConfig({
  plugins: ["typescript", "import", "vitest"],
  categories: { correctness: "error" },
  ignorePatterns: ["dist", "reports", "node_modules"],
  rules: {
    "import/no-cycle": ["error", { ignoreTypes: true }],
    "typescript/no-floating-promises": "error",
    "typescript/no-misused-promises": "error",
    "typescript/await-thenable": "error",
    "vitest/valid-expect": ["error", { maxArgs: 2 }],
    "vitest/no-conditional-expect": "off",
    "vitest/expect-expect": ["error", { assertFunctionNames: ["expect", "expectNoLeak", "fc.assert"] }],
  },
  overrides: [
    {
      files: ["packages/*/src/**/*.ts"],
      rules: {
        "eslint/no-restricted-properties": [
          "error",
          ...inexact.map((property) => ({
            object: "Math",
            property,
            message: "Engines differ in its last bit: use the library's own kernel or formula.",
          })),
        ],
      },
    },
  ],
});
