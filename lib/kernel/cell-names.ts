/** Which names a cell declares and which it uses: how cells share variables without a common scope in the checker. */
import * as ts from 'typescript';

/** How a name is declared, as far as later cells must know. */
export type Declared =
  | { readonly kind: 'variable'; readonly constant: boolean }
  /** function, class, enum, namespace, interface, type */
  | { readonly kind: 'entity'; readonly typeOnly: boolean }
  | {
      readonly kind: 'import';
      readonly statement: (specifier: string) => string;
      readonly specifier: string;
    };

/** Top-level declarations of a cell, by name. */
export function declaredNames(file: ts.SourceFile): Map<string, Declared> {
  const names = new Map<string, Declared>();
  for (const statement of file.statements) {
    if (ts.isVariableStatement(statement)) addVariables(statement.declarationList, names);
    else if (ts.isImportDeclaration(statement)) addImports(statement, names);
    else if (isNamed(statement)) {
      const typeOnly = ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement);
      names.set(statement.name!.text, { kind: 'entity', typeOnly });
    } else forEachVar(statement, (list) => addVariables(list, names));
  }
  return names;
}

/** Names that are exported by the cell's own text, so that nobody exports them a second time. */
export function exportedNames(file: ts.SourceFile): Set<string> {
  const names = new Set<string>();
  for (const statement of file.statements) {
    if (
      ts.isExportDeclaration(statement) &&
      statement.exportClause &&
      ts.isNamedExports(statement.exportClause)
    ) {
      for (const element of statement.exportClause.elements) names.add(element.name.text);
    }
    if (!ts.canHaveModifiers(statement)) continue;
    if (!ts.getModifiers(statement)?.some((m) => m.kind === ts.SyntaxKind.ExportKeyword)) continue;
    const own = new Map<string, Declared>();
    if (ts.isVariableStatement(statement)) addVariables(statement.declarationList, own);
    else if (isNamed(statement)) own.set(statement.name!.text, { kind: 'entity', typeOnly: false });
    for (const name of own.keys()) names.add(name);
  }
  return names;
}

/** Every identifier in the text, declared there or not. */
export function usedNames(file: ts.SourceFile): Set<string> {
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) names.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return names;
}

/** Calls `found` for each `var` list that is hoisted out of `node` to the top level. */
export function forEachVar(node: ts.Node, found: (list: ts.VariableDeclarationList) => void): void {
  if (ts.isFunctionLike(node) || ts.isClassLike(node) || ts.isModuleDeclaration(node)) return;
  if (ts.isVariableDeclarationList(node) && !(node.flags & ts.NodeFlags.BlockScoped)) found(node);
  ts.forEachChild(node, (child) => forEachVar(child, found));
}

/** Names that a pattern binds. */
export function boundNames(name: ts.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((element) =>
    ts.isOmittedExpression(element) ? [] : boundNames(element.name),
  );
}

type NamedStatement =
  | ts.FunctionDeclaration
  | ts.ClassDeclaration
  | ts.EnumDeclaration
  | ts.ModuleDeclaration
  | ts.InterfaceDeclaration
  | ts.TypeAliasDeclaration;

function isNamed(statement: ts.Statement): statement is NamedStatement & { name: ts.Identifier } {
  const kinds = [
    ts.isFunctionDeclaration,
    ts.isClassDeclaration,
    ts.isEnumDeclaration,
    ts.isModuleDeclaration,
    ts.isInterfaceDeclaration,
    ts.isTypeAliasDeclaration,
  ];
  if (!kinds.some((is) => is(statement))) return false;
  const { name } = statement as NamedStatement;
  return name !== undefined && ts.isIdentifier(name) && !isGlobalAugmentation(statement);
}

function isGlobalAugmentation(statement: ts.Statement): boolean {
  return Boolean(statement.flags & ts.NodeFlags.GlobalAugmentation);
}

function addVariables(list: ts.VariableDeclarationList, names: Map<string, Declared>): void {
  const constant = Boolean(list.flags & ts.NodeFlags.Const);
  for (const declaration of list.declarations) {
    for (const name of boundNames(declaration.name)) names.set(name, { kind: 'variable', constant });
  }
}

/** Later cells repeat the import: it leads to the module itself and not through a chain of cells. */
function addImports(statement: ts.ImportDeclaration, names: Map<string, Declared>): void {
  const clause = statement.importClause;
  if (!clause || !ts.isStringLiteral(statement.moduleSpecifier)) return;
  const type = clause.isTypeOnly ? 'type ' : '';
  const specifier = statement.moduleSpecifier.text;
  const add = (name: string, binding: string): void => {
    const repeat = (from: string): string => `import ${binding} from ${JSON.stringify(from)};`;
    names.set(name, { kind: 'import', statement: repeat, specifier });
  };
  if (clause.name) add(clause.name.text, `${type}${clause.name.text}`);
  if (!clause.namedBindings) return;
  if (ts.isNamespaceImport(clause.namedBindings)) {
    const name = clause.namedBindings.name.text;
    add(name, `${type}* as ${name}`);
    return;
  }
  for (const element of clause.namedBindings.elements) {
    const as = element.propertyName ? `${element.propertyName.getText()} as ` : '';
    const elementType = element.isTypeOnly ? 'type ' : '';
    add(element.name.text, `${type}{ ${elementType}${as}${element.name.text} }`);
  }
}
