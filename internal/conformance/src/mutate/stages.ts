/** Which tests can see a fault? Those that import its package; the nearest first, for most faults end there. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { root } from "./copy.ts";

const conformance = "internal/conformance";
/** They compare with PyTorch what tables list, and see most. */
const tables = /^(ops|layers-table|optim|schedulers)\./;
/** These take longest. */
const long = /^(accuracy|leaks)\./;
/** They look at what is there when nothing else was loaded or warned of, or set what others count on. */
const first = /^(copies|fn|layers|memory|missing-methods|threads)\./;
/** Whether a test file looks at what is there when nothing else was loaded. */
export const standsAlone = (file: string): boolean => first.test(basename(file));
/** Of the repository itself, or so long that no fault is worth it. */
const apart = /^(bundle|complete|contributing|faults|layers|layers-complete|memory-soak|packages|same-bits)\./;

const folders = ["packages", "internal"].flatMap((group) =>
  readdirSync(join(root, group)).map((name) => `${group}/${name}`),
);

const testsIn = (folder: string): string[] => {
  const path = join(root, folder, "test");
  const tests = existsSync(path) ? readdirSync(path).filter((file) => file.endsWith(".test.ts")) : [];
  return tests.filter((file) => !file.endsWith(".long.test.ts") && !(folder === conformance && apart.test(file)));
};

/** A package of ours and those that it is built on. */
function closure(name: string, found: Set<string> = new Set()): Set<string> {
  if (found.has(name)) return found;
  found.add(name);
  const text = readFileSync(join(root, "packages", name, "package.json"), "utf8");
  const { dependencies = {} } = JSON.parse(text) as { dependencies?: Record<string, string> };
  for (const used of Object.keys(dependencies)) if (used.startsWith("@ag/")) closure(used.slice(4), found);
  return found;
}

/** The packages that a module loads: by name, or as its neighbours. */
function packagesOf(file: string, seen: Set<string> = new Set(), found: Set<string> = new Set()): Set<string> {
  if (seen.has(file)) return found;
  seen.add(file);
  for (const [, from = ""] of readFileSync(file, "utf8").matchAll(/(?:from |import[ (])"([^"]+)"/g)) {
    const next = join(dirname(file), from);
    const name = from.startsWith("@ag/") ? from.split("/")[1] : /packages\/([^/]+)\/src/.exec(next)?.[1];
    if (name && existsSync(join(root, "packages", name))) closure(name, found);
    else if (from.startsWith(".") && existsSync(next)) packagesOf(next, seen, found);
  }
  return found;
}

const seeing = (name: string, folder: string): string[] =>
  testsIn(folder).filter((test) => packagesOf(join(root, folder, "test", test)).has(name));

/** Test files from the root of the repository, in groups that run together. */
export type Stages = readonly (readonly string[])[];

/** For a file `packages/<name>/src/…`: all tests that can see its faults, or only those of its package and the tables. */
export function stagesFor(file: string, isNearOnly = false): Stages {
  const [, name = "", , ...path] = file.split("/");
  const words = path.join("-").replace(".ts", "").split("-");
  const isNear = (test: string): boolean => words.some((word) => test.startsWith(`${word}.`));
  const folder = `packages/${name}`;
  const own = seeing(name, folder);
  const inFolder = (parent: string, tests: readonly string[]): string[] =>
    tests.map((test) => `${parent}/test/${test}`);
  const compared = seeing(name, conformance);
  const comparedBy = (isWanted: (test: string) => boolean): string[] =>
    inFolder(conformance, compared.filter(isWanted));
  const users = folders.filter((other) => other !== folder && other !== conformance);
  const nearest = [
    inFolder(folder, own.filter(isNear)),
    [
      ...inFolder(
        folder,
        own.filter((test) => !isNear(test) && !first.test(test)),
      ),
      ...comparedBy((test) => tables.test(test)),
    ],
  ];
  const far = [
    ...inFolder(
      folder,
      own.filter((test) => first.test(test)),
    ),
    ...comparedBy((test) => !tables.test(test) && !long.test(test)),
    ...users.flatMap((user) => inFolder(user, seeing(name, user))),
    ...comparedBy((test) => long.test(test)),
  ].map((test) => [test]); // alone: they switch what others count on
  return [...nearest, ...(isNearOnly ? [] : far)].filter((files) => files.length > 0);
}
