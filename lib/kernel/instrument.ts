/**
 * Makes code interruptible: every loop iteration and every await asks whether an interrupt came, and throws if so. A
 * thrown error runs `finally` and `catch`, where a training saves; V8's own termination would not, and would leave Node's
 * notes on asynchronous callbacks out of order.
 */
import * as ts from 'typescript';

/** Name of the global that compiled code calls; see `CellRuntime` in `runtime.ts`. */
export const RUNTIME_NAME = '__cell';

/** A transformer for source files, before types are taken out. `from`: expression for the importing file. */
export function instrument(from: 'cell' | 'module'): ts.TransformerFactory<ts.SourceFile> {
  return (context) => (file) => {
    const visit = (node: ts.Node): ts.Node => {
      if (ts.isLabeledStatement(node) && isLoopUnderLabels(node)) return guarded(node, context, visit);
      if (ts.isIterationStatement(node, false)) return guarded(node, context, visit);
      const visited = ts.visitEachChild(node, visit, context);
      if (ts.isAwaitExpression(visited)) return ts.setTextRange(call('awaited', [visited]), node);
      if (isDynamicImport(visited)) return dynamicImport(visited, from);
      if (isImportMeta(visited)) return call('meta', [importer(from)]);
      return visited;
    };
    return ts.visitNode(file, visit) as ts.SourceFile;
  };
}

/** A call of the runtime. */
export function call(method: string, args: readonly ts.Expression[]): ts.CallExpression {
  const { factory } = ts;
  const callee = factory.createPropertyAccessExpression(factory.createIdentifier(RUNTIME_NAME), method);
  return factory.createCallExpression(callee, undefined, args);
}

/** `{ const entered = __cell.enter(); for (…) { __cell.poll(entered); … } }`, around the loop and its labels. */
function guarded(
  statement: ts.LabeledStatement | ts.IterationStatement,
  context: ts.TransformationContext,
  visit: ts.Visitor,
): ts.Statement {
  const { factory } = context;
  const entered = factory.createUniqueName('entered', ts.GeneratedIdentifierFlags.Optimistic);
  const poll = factory.createExpressionStatement(call('poll', [entered]));
  const withPoll = (node: ts.Node): ts.Node => {
    if (ts.isLabeledStatement(node)) return ts.visitEachChild(node, withPoll, context);
    if (!ts.isIterationStatement(node, false)) return node;
    const { statement: body } = node;
    const visited = ts.visitEachChild(node, visit, context);
    const statements = ts.isBlock(visited.statement) ? visited.statement.statements : [visited.statement];
    const block = ts.setTextRange(factory.createBlock([poll, ...statements], true), body);
    return withBody(visited, block, factory);
  };
  const declaration = factory.createVariableDeclaration(entered, undefined, undefined, call('enter', []));
  const list = factory.createVariableDeclarationList([declaration], ts.NodeFlags.Const);
  const loop = withPoll(statement) as ts.Statement;
  return ts.setTextRange(
    factory.createBlock([factory.createVariableStatement(undefined, list), loop], true),
    statement,
  );
}

function withBody(
  loop: ts.IterationStatement,
  body: ts.Block,
  factory: ts.NodeFactory,
): ts.IterationStatement {
  if (ts.isForStatement(loop)) {
    return factory.updateForStatement(loop, loop.initializer, loop.condition, loop.incrementor, body);
  }
  if (ts.isForOfStatement(loop)) {
    return factory.updateForOfStatement(loop, loop.awaitModifier, loop.initializer, loop.expression, body);
  }
  if (ts.isForInStatement(loop)) {
    return factory.updateForInStatement(loop, loop.initializer, loop.expression, body);
  }
  if (ts.isWhileStatement(loop)) return factory.updateWhileStatement(loop, loop.expression, body);
  return factory.updateDoStatement(loop as ts.DoStatement, body, (loop as ts.DoStatement).expression);
}

function isLoopUnderLabels(node: ts.LabeledStatement): boolean {
  return ts.isLabeledStatement(node.statement)
    ? isLoopUnderLabels(node.statement)
    : ts.isIterationStatement(node.statement, false);
}

function isDynamicImport(node: ts.Node): node is ts.CallExpression {
  return ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword;
}

function dynamicImport(node: ts.CallExpression, from: 'cell' | 'module'): ts.Expression {
  return ts.setTextRange(call('load', [node.arguments[0]!, importer(from)]), node);
}

function isImportMeta(node: ts.Node): boolean {
  return ts.isMetaProperty(node) && node.keywordToken === ts.SyntaxKind.ImportKeyword;
}

function importer(from: 'cell' | 'module'): ts.Expression {
  return from === 'cell' ? ts.factory.createNull() : ts.factory.createIdentifier('__filename');
}
