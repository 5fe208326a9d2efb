/** The operation that runs now: names new storages when memory runs out. */
export const creating: { op: string } = { op: "factory" };
