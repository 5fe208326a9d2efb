/** What is asked about behaviours. Their table stands with the tests, which know this package and not the other way round. */
interface Row {
  readonly name: string;
  readonly python: string | object;
}

const table = new URL("../../conformance/src/behaviours/all.ts", import.meta.url).href;

/** Name and Python of each behaviour that PyTorch can express. */
export async function askedOfBehaviours(): Promise<[name: string, python: string][]> {
  const { behaviours } = (await import(table)) as { readonly behaviours: readonly Row[] };
  return behaviours.flatMap(({ name, python }) => (typeof python === "string" ? [[name, python]] : []));
}
