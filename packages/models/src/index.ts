import "@ag/tensor";

export * from "./fn.ts";
