/** What does TypeScript 5.9 say of a text that uses the packages? Types, complaints, documentation, and what it costs. */
import { fileURLToPath } from "node:url";
import ts from "typescript-5.9";

const path = fileURLToPath(new URL("../test/text.ts", import.meta.url));

const options: ts.CompilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  lib: ["lib.es2024.d.ts", "lib.dom.d.ts", "lib.esnext.disposable.d.ts"],
  types: [],
  skipLibCheck: true,
  noEmit: true,
  allowImportingTsExtensions: true,
};

/** The packages as their sources are, or as they are built. */
const conditions: Readonly<Record<"source" | "built", string[]>> = { source: ["@ag/source"], built: [] };

export interface Said {
  /** The type of each variable, as text. */
  readonly types: ReadonlyMap<string, string>;
  readonly complaints: readonly { readonly line: number; readonly text: string }[];
  readonly instantiations: number;
}

const flags = ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.UseAliasDefinedOutsideCurrentScope;

const files = new Map<string, ts.SourceFile | undefined>();

function host(text: string): ts.CompilerHost {
  const usual = ts.createCompilerHost(options);
  return {
    ...usual,
    fileExists: (name) => name === path || usual.fileExists(name),
    readFile: (name) => (name === path ? text : usual.readFile(name)),
    getSourceFile: (name, target) => {
      if (name === path) return ts.createSourceFile(name, text, target, true);
      if (!files.has(name)) files.set(name, usual.getSourceFile(name, target));
      return files.get(name);
    },
  };
}

/** What the compiler makes of `text`, which may import the packages; `settings` are other ones than ours. */
export function said(text: string, from: keyof typeof conditions = "source", settings: ts.CompilerOptions = {}): Said {
  const program = ts.createProgram([path], { ...options, customConditions: conditions[from], ...settings }, host(text));
  const file = program.getSourceFile(path)!;
  const complaints = program.getSemanticDiagnostics(file).map(({ start, messageText }) => ({
    line: file.getLineAndCharacterOfPosition(start ?? 0).line + 1,
    text: ts.flattenDiagnosticMessageText(messageText, "\n"),
  }));
  const instantiations = program.getInstantiationCount();
  const checker = program.getTypeChecker();
  const types = new Map<string, string>();
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node))
      types.set(node.name.getText(), checker.typeToString(checker.getTypeAtLocation(node), undefined, flags));
    ts.forEachChild(node, visit);
  };
  visit(file);
  return { types, complaints, instantiations };
}

/** What keeps `text` from being published: types of what it exports that its declarations cannot name. */
export function unnameable(text: string): readonly string[] {
  const settings = { ...options, customConditions: conditions.source, noEmit: false, declaration: true };
  const program = ts.createProgram([path], { ...settings, emitDeclarationOnly: true }, host(text));
  const file = program.getSourceFile(path)!;
  return [...program.getSemanticDiagnostics(file), ...program.getDeclarationDiagnostics(file)].map(({ messageText }) =>
    ts.flattenDiagnosticMessageText(messageText, "\n"),
  );
}

/** What an editor shows of the names before each mark `?` in a comment. */
export function hovers(text: string): readonly { readonly signature: string; readonly documentation: string }[] {
  const settings = { ...options, customConditions: conditions.source };
  const service = ts.createLanguageService({
    getScriptFileNames: () => [path],
    getScriptVersion: () => "1",
    getScriptSnapshot: (name) => {
      const content = name === path ? text : ts.sys.readFile(name);
      return content === undefined ? undefined : ts.ScriptSnapshot.fromString(content);
    },
    getCurrentDirectory: () => fileURLToPath(new URL("..", import.meta.url)),
    getCompilationSettings: () => settings,
    getDefaultLibFileName: (given) => ts.getDefaultLibFilePath(given),
    fileExists: (name) => name === path || ts.sys.fileExists(name),
    readFile: (name) => (name === path ? text : ts.sys.readFile(name)),
  });
  const marked = [...text.matchAll(/\/\*\?\*\//g)].map(({ index }) => index - 1);
  return marked.map((at) => {
    const shown = service.getQuickInfoAtPosition(path, at);
    return {
      signature: ts.displayPartsToString(shown?.displayParts),
      documentation: ts.displayPartsToString(shown?.documentation),
    };
  });
}
