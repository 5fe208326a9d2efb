/** What is made once for each key: kernels are compiled at first use and kept. */
/* @__NO_SIDE_EFFECTS__ */
export function once<K, V>(make: (key: K) => V): (key: K) => V {
  const made = new Map<K, V>();
  return (key) => {
    let value = made.get(key);
    if (value === undefined) {
      value = make(key);
      made.set(key, value);
    }
    return value;
  };
}
