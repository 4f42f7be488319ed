/**
 * Types of a cell's variables that can be written down without the cell: later cells then need not have the cell's file
 * looked at again, and it can be dropped. Without this a long chain of cells would be checked from its start every time.
 */
import * as ts from 'typescript';

/** A longer text would cost more than the file. */
const MAX_LENGTH = 500;

const BUILT_IN = new Set(
  `Array ReadonlyArray Promise Map Set WeakMap WeakSet Record Partial Readonly Date RegExp Error ArrayBuffer
   SharedArrayBuffer ArrayBufferLike DataView Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array
   Uint32Array Float32Array Float64Array BigInt64Array BigUint64Array`.split(/\s+/),
);

/** Variables that the module `path` exports and whose type is simple: name to type. */
export function simpleTypes(service: ts.LanguageService, path: string): Map<string, string> {
  const types = new Map<string, string>();
  const program = service.getProgram();
  const file = program?.getSourceFile(path);
  if (!program || !file) return types;
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(file);
  for (const exported of module ? checker.getExportsOfModule(module) : []) {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    if (!(symbol.flags & ts.SymbolFlags.Variable)) continue;
    const text = checker.typeToString(
      checker.getTypeOfSymbol(symbol),
      undefined,
      ts.TypeFormatFlags.NoTruncation,
    );
    if (text.length <= MAX_LENGTH && isSimple(text)) types.set(exported.name, text);
  }
  return types;
}

/** Whether `text` names nothing but built-in types. */
function isSimple(text: string): boolean {
  const file = ts.createSourceFile('type.ts', `type T = ${text};`, ts.ScriptTarget.Latest);
  const { parseDiagnostics } = file as unknown as { parseDiagnostics: readonly unknown[] };
  if (parseDiagnostics.length > 0 || file.statements.length !== 1) return false;
  const onlyBuiltIn = (node: ts.Node): boolean => {
    if (
      ts.isTypeQueryNode(node) ||
      ts.isImportTypeNode(node) ||
      (ts.isTypeOperatorNode(node) && node.operator === ts.SyntaxKind.UniqueKeyword)
    )
      return false;
    if (ts.isTypeReferenceNode(node)) {
      if (!ts.isIdentifier(node.typeName) || !BUILT_IN.has(node.typeName.text)) return false;
    }
    return !ts.forEachChild(node, (child) => (onlyBuiltIn(child) ? undefined : true));
  };
  return onlyBuiltIn((file.statements[0] as ts.TypeAliasDeclaration).type);
}
