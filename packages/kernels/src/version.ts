/** Of this copy of the library, the one in package.json: workers and other copies say theirs. */
export const version = "0.1.0";
