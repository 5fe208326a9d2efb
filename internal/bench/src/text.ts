/** How do figures read? */

const NAME = 46;
const COLUMN = 11;

export const title = (text: string): string => text.padEnd(NAME);

export const heading = (text: string): string => text.padStart(COLUMN);

/** Three digits or four, with its unit. */
export const quantity = (x: number, unit: string): string =>
  heading(`${x.toFixed(x < 10 ? 2 : x < 1000 ? 1 : 0)} ${unit}`);

/** Two digits behind the point. */
export const ratio = (x: number): string => x.toFixed(2).padStart(8);
