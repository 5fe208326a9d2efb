/** What the packages of @ag need of each other, and nobody else: it may change in any release, without notice. */
export * from "./arguments.ts";
export { check, type Kind, need, signatureOf, type Takes } from "./signature.ts";
