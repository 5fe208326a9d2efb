/** Of this copy of the library, as `pnpm release:version` writes it: workers and other copies say theirs. */
export const version = "0.0.0";
