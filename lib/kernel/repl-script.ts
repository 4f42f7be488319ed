/**
 * A module's text as a script of V8's REPL mode, where `let` may be declared again in a later script, and old functions
 * then see the new value: everything at the top level becomes `let`; imports become loads; the last expression is handed
 * to the kernel.
 */
import * as ts from 'typescript';
import { boundNames, forEachVar } from './cell-names';
import { call } from './instrument';

const { factory } = ts;

/** Transformer, after types have been taken out. */
export const toReplScript: ts.TransformerFactory<ts.SourceFile> = (context) => (file) => {
  const original = ts.getOriginalNode(file) as ts.SourceFile;
  const statements = file.statements.filter((statement) => !ts.isExportDeclaration(statement));
  const last = showsResult(original) ? statements.at(-1) : undefined;
  const functions: ts.Statement[] = [];
  const hoisted = hoistedVars(statements);
  const rest = statements.flatMap((statement) => {
    if (statement === last && ts.isExpressionStatement(statement)) return [resultStatement(statement)];
    if (ts.isFunctionDeclaration(statement)) {
      functions.push(functionAsVariable(statement));
      return [];
    }
    return replStatement(statement, hoisted, context);
  });
  const head =
    hoisted.size > 0
      ? [letStatement([...hoisted].map((name) => factory.createVariableDeclaration(name)))]
      : [];
  // `undefined` at the end: the script's own value is not looked at, and must not be copied.
  const end = factory.createExpressionStatement(factory.createVoidZero());
  return factory.updateSourceFile(file, [...head, ...functions, ...rest, end]);
};

/** Whether the cell's last statement is an expression to be shown; an assignment is not, as in other notebooks. */
function showsResult(file: ts.SourceFile): boolean {
  const last = file.statements.at(-1);
  if (!last || !ts.isExpressionStatement(last)) return false;
  const { expression } = last;
  if (!ts.isBinaryExpression(expression)) return true;
  const { kind } = expression.operatorToken;
  return kind < ts.SyntaxKind.FirstAssignment || kind > ts.SyntaxKind.LastAssignment;
}

/** A promise is waited for: what the cell started then belongs to it, and can be interrupted. */
function resultStatement(statement: ts.ExpressionStatement): ts.Statement {
  const value = call('awaited', [factory.createAwaitExpression(statement.expression)]);
  return ts.setTextRange(factory.createExpressionStatement(call('result', [value])), statement);
}

function functionAsVariable(declaration: ts.FunctionDeclaration): ts.Statement {
  const modifiers = ts
    .getModifiers(declaration)
    ?.filter((modifier) => modifier.kind === ts.SyntaxKind.AsyncKeyword);
  const { asteriskToken, parameters, body } = declaration;
  const expression = factory.createFunctionExpression(
    modifiers,
    asteriskToken,
    undefined,
    undefined,
    parameters,
    undefined,
    body!,
  );
  ts.setTextRange(expression, declaration);
  const name = declaration.name ?? factory.createIdentifier('_default');
  return ts.setTextRange(
    letStatement([factory.createVariableDeclaration(name, undefined, undefined, expression)]),
    declaration,
  );
}

function replStatement(
  statement: ts.Statement,
  hoisted: ReadonlySet<string>,
  context: ts.TransformationContext,
): ts.Statement[] {
  if (ts.isImportDeclaration(statement)) return [importStatement(statement)];
  if (ts.isExportAssignment(statement)) return [factory.createExpressionStatement(statement.expression)];
  if (ts.isVariableStatement(statement) && !isAllHoisted(statement.declarationList, hoisted)) {
    return [ts.setTextRange(letStatement(statement.declarationList.declarations), statement)];
  }
  if (ts.isClassDeclaration(statement)) {
    const kept = statement.modifiers?.filter(
      ({ kind }) => kind !== ts.SyntaxKind.ExportKeyword && kind !== ts.SyntaxKind.DefaultKeyword,
    );
    const { name, typeParameters, heritageClauses, members } = statement;
    return [factory.updateClassDeclaration(statement, kept, name, typeParameters, heritageClauses, members)];
  }
  return [withoutHoistedVars(statement, hoisted, context)];
}

function letStatement(declarations: readonly ts.VariableDeclaration[]): ts.Statement {
  return factory.createVariableStatement(
    undefined,
    factory.createVariableDeclarationList(declarations, ts.NodeFlags.Let),
  );
}

/** `let { default: a, b: c } = __cell.bindings(await __cell.load("x", null));` */
function importStatement(statement: ts.ImportDeclaration): ts.Statement {
  const load = factory.createAwaitExpression(call('load', [statement.moduleSpecifier, factory.createNull()]));
  const clause = statement.importClause;
  if (!clause) return ts.setTextRange(factory.createExpressionStatement(load), statement);
  const elements: ts.BindingElement[] = [];
  if (clause.name) elements.push(factory.createBindingElement(undefined, 'default', clause.name));
  const bindings = clause.namedBindings;
  if (bindings && ts.isNamespaceImport(bindings)) {
    elements.push(factory.createBindingElement(undefined, 'namespace', bindings.name));
  } else if (bindings) {
    for (const { name, propertyName } of bindings.elements) {
      elements.push(factory.createBindingElement(undefined, propertyName ?? name, name));
    }
  }
  const named = bindings !== undefined && ts.isNamedImports(bindings);
  const value = named && !clause.name ? load : call(named ? 'withDefault' : 'defaultAndNamespace', [load]);
  const pattern = factory.createObjectBindingPattern(elements);
  return ts.setTextRange(
    letStatement([factory.createVariableDeclaration(pattern, undefined, undefined, value)]),
    statement,
  );
}

/** Names of `var` inside blocks and loops at the top level, and of `var` declared more than once. */
function hoistedVars(statements: readonly ts.Statement[]): Set<string> {
  const nested = new Set<string>();
  const seen = new Set<string>();
  for (const statement of statements) {
    const top = ts.isVariableStatement(statement) ? statement.declarationList : null;
    forEachVar(statement, (list) => {
      for (const name of list.declarations.flatMap((declaration) => boundNames(declaration.name))) {
        if (list !== top || seen.has(name)) nested.add(name);
        seen.add(name);
      }
    });
  }
  return nested;
}

function isAllHoisted(list: ts.VariableDeclarationList, hoisted: ReadonlySet<string>): boolean {
  if (list.flags & ts.NodeFlags.BlockScoped) return false;
  return list.declarations.flatMap(({ name }) => boundNames(name)).some((name) => hoisted.has(name));
}

/** `var x = 1` of a hoisted name as `x = 1`. */
function withoutHoistedVars(
  statement: ts.Statement,
  hoisted: ReadonlySet<string>,
  context: ts.TransformationContext,
): ts.Statement {
  if (hoisted.size === 0) return statement;
  const visit = (node: ts.Node): ts.Node => {
    if (ts.isFunctionLike(node) || ts.isClassLike(node)) return node;
    if (ts.isVariableStatement(node) && isAllHoisted(node.declarationList, hoisted)) {
      const expression = assignments(node.declarationList);
      return expression
        ? ts.setTextRange(factory.createExpressionStatement(expression), node)
        : factory.createEmptyStatement();
    }
    if (ts.isVariableDeclarationList(node) && isAllHoisted(node, hoisted)) {
      // of a loop: `for (x = 0; …)` or `for (x of …)`
      return assignments(node) ?? assignmentTarget(node.declarations[0]!.name);
    }
    return ts.visitEachChild(node, visit, context);
  };
  return ts.visitNode(statement, visit) as ts.Statement;
}

function assignments(list: ts.VariableDeclarationList): ts.Expression | null {
  const parts = list.declarations.flatMap(({ name, initializer }) =>
    initializer ? [factory.createAssignment(assignmentTarget(name), initializer)] : [],
  );
  if (parts.length === 0) return null;
  const expression = parts.length === 1 ? parts[0]! : factory.createCommaListExpression(parts);
  return ts.isIdentifier(list.declarations[0]!.name)
    ? expression
    : factory.createParenthesizedExpression(expression);
}

/** `{ a, b: [c] }` of a declaration as the pattern of an assignment. */
function assignmentTarget(name: ts.BindingName): ts.Expression {
  if (ts.isIdentifier(name)) return name;
  if (ts.isArrayBindingPattern(name)) {
    return factory.createArrayLiteralExpression(
      name.elements.map((element) => (ts.isOmittedExpression(element) ? element : elementTarget(element))),
    );
  }
  return factory.createObjectLiteralExpression(
    name.elements.map((element) => {
      if (element.dotDotDotToken) return factory.createSpreadAssignment(assignmentTarget(element.name));
      const key = element.propertyName ?? (element.name as ts.Identifier);
      return factory.createPropertyAssignment(key, elementTarget(element));
    }),
  );
}

function elementTarget(element: ts.BindingElement): ts.Expression {
  const target = assignmentTarget(element.name);
  if (element.dotDotDotToken) return factory.createSpreadElement(target);
  return element.initializer ? factory.createAssignment(target, element.initializer) : target;
}
