import { ValueError } from "../core/errors.ts";

/** What engines, consoles and test runners ask of any object. */
const asked = /^(then|toJSON|length|nodeType|tagName|asymmetricMatch|inspect|name|message|stack|cause)$/;

/** The base class of tensors, until `methods.ts` takes its prototype out: what would be a method throws, naming the import. */
export class WithoutMethods {}

// At the end of the chain it costs nothing: only names that nothing before it has come here.
Object.setPrototypeOf(
  WithoutMethods.prototype,
  new Proxy(Object.prototype, {
    get(target, key, x): unknown {
      if (typeof key === "string" && /^[a-z][A-Za-z0-9]*_?$/.test(key) && !(key in target) && !asked.test(key))
        throw new ValueError(`${key}: need the methods of tensors; got none attached. Add import "@ag/tensor".`);
      return Reflect.get(target, key, x);
    },
  }),
);
