/**
 * Keeps cells inside the part of TypeScript that stock tslab 1.0.22 runs right. tslab takes names of earlier cells from an
 * object of exports, by a visitor that knows nothing of shorthand properties; it parses a cell as a script; and functions
 * see the variables of their own cell. What follows from that was measured; each rule names it.
 */
import * as ts from 'typescript';
import { boundNames, declaredNames } from './cell-names';
import { parseCell } from './language';
import { readMagics } from './magics';

/** A place where stock tslab would fail or be silently wrong. */
export interface TslabFinding {
  /** index of the cell, from 0 */
  readonly cell: number;
  /** line in the cell, from 1 */
  readonly line: number;
  readonly rule: TslabRule;
  readonly message: string;
}

/** Names of the rules. */
export type TslabRule =
  | 'magic'
  | 'shorthand'
  | 'await-bracket'
  | 'for-await'
  | 'export'
  | 'param-semicolon'
  | 'stale-closure';

/** Checks the code cells of a notebook, in order. Cells that do not parse are left to the compiler. */
export function lintForTslab(cells: readonly string[]): TslabFinding[] {
  const findings: TslabFinding[] = [];
  const known = new Set<string>();
  /** names that functions of the same cell read, with the cell */
  const captured = new Map<string, number>();
  for (const [cell, source] of cells.entries()) {
    const file = parseCell(source);
    const add = (rule: TslabRule, node: ts.Node | number, message: string): void => {
      const position = typeof node === 'number' ? node : node.getStart(file);
      const line = file.getLineAndCharacterOfPosition(position).line + 1;
      findings.push({ cell, line, rule, message });
    };
    if (hasMagic(source)) {
      add('magic', 0, 'Lines with ! and % are syntax errors in tslab');
      continue;
    }
    const declared = declaredNames(file);
    lintNodes(file, known, declared, add);
    lintParams(source, file, add);
    for (const name of assignedNames(file, declared)) {
      const by = captured.get(name);
      if (by === undefined) continue;
      add(
        'stale-closure',
        0,
        `${name} is set again here, but functions of cell ${by + 1} keep its old value in tslab`,
      );
    }
    for (const name of declared.keys()) {
      known.add(name);
      captured.delete(name);
    }
    for (const name of capturedNames(file, new Set(declared.keys()))) captured.set(name, cell);
  }
  return findings;
}

type Add = (rule: TslabRule, node: ts.Node | number, message: string) => void;

function lintNodes(
  file: ts.SourceFile,
  known: ReadonlySet<string>,
  declared: ReadonlyMap<string, unknown>,
  add: Add,
): void {
  const visit = (node: ts.Node, inFunction: boolean): void => {
    if (
      ts.isShorthandPropertyAssignment(node) &&
      known.has(node.name.text) &&
      !declared.has(node.name.text)
    ) {
      add(
        'shorthand',
        node,
        `Write ${node.name.text}: ${node.name.text}; tslab cannot find the variable of an earlier cell here`,
      );
    }
    if (!inFunction && ts.isAwaitExpression(node) && /^await\s*[([]/.test(node.getText(file))) {
      add(
        'await-bracket',
        node,
        'tslab takes await followed by ( or [ for a call; put the value into a variable first',
      );
    }
    if (!inFunction && ts.isForOfStatement(node) && node.awaitModifier) {
      add('for-await', node, 'tslab has no for await at the top of a cell; put it into an async function');
    }
    if (isExport(node)) add('export', node, 'tslab allows no export in a cell');
    ts.forEachChild(node, (child) => visit(child, inFunction || ts.isFunctionLike(node)));
  };
  visit(file, false);
}

function isExport(node: ts.Node): boolean {
  if (ts.isExportDeclaration(node) || ts.isExportAssignment(node)) return true;
  if (!ts.isSourceFile(node.parent ?? node) || !ts.canHaveModifiers(node)) return false;
  return ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false;
}

/** A form line without `;` would go on in the next line if that begins with a bracket. */
function lintParams(source: string, file: ts.SourceFile, add: Add): void {
  let position = 0;
  for (const line of source.split('\n')) {
    const found = /^(.*?)\s*\/\/\s*#?\s*@param\b/.exec(line);
    if (found && found[1]!.trim() !== '' && !found[1]!.trimEnd().endsWith(';')) {
      add('param-semicolon', Math.min(position, file.end), 'End the line before the comment with ;');
    }
    position += line.length + 1;
  }
}

/** Names that a cell sets: declared anew or assigned, at its top level or deeper. */
function assignedNames(file: ts.SourceFile, declared: ReadonlyMap<string, { kind: string }>): Set<string> {
  const names = new Set([...declared].filter(([, { kind }]) => kind === 'variable').map(([name]) => name));
  const visit = (node: ts.Node): void => {
    if (ts.isBinaryExpression(node) && ts.isIdentifier(node.left)) {
      const { kind } = node.operatorToken;
      if (kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment)
        names.add(node.left.text);
    }
    const isStep = ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node);
    if (isStep && ts.isIdentifier(node.operand) && STEPS.has(node.operator)) names.add(node.operand.text);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return names;
}

const STEPS = new Set<ts.SyntaxKind>([ts.SyntaxKind.PlusPlusToken, ts.SyntaxKind.MinusMinusToken]);

/** Names of the cell that its own functions read: these see the cell's variable, not the one that later cells set. */
function capturedNames(file: ts.SourceFile, declared: ReadonlySet<string>): Set<string> {
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (!ts.isFunctionLike(node)) {
      ts.forEachChild(node, visit);
      return;
    }
    const own = new Set(node.parameters.flatMap((parameter) => boundNames(parameter.name)));
    for (const name of identifiersIn(node)) if (declared.has(name) && !own.has(name)) names.add(name);
  };
  visit(file);
  return names;
}

function identifiersIn(node: ts.Node): Set<string> {
  const names = new Set<string>();
  const visit = (child: ts.Node): void => {
    const isProperty = ts.isPropertyAccessExpression(child.parent) && child.parent.name === child;
    if (ts.isIdentifier(child) && !isProperty) names.add(child.text);
    ts.forEachChild(child, visit);
  };
  ts.forEachChild(node, visit);
  return names;
}

function hasMagic(source: string): boolean {
  try {
    return readMagics(source, new Set()).code !== source && /^\s*[!%]|=\s*!/m.test(source);
  } catch {
    return true;
  }
}
