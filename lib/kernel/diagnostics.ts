/** What the type checker finds wrong with a cell, as text. */
import * as ts from 'typescript';

/** A cell that does not compile. Nothing of it has run. */
export class TypeScriptError extends Error {
  /** @param findings one text per finding: place, message, the line with a mark */
  constructor(readonly findings: readonly string[]) {
    super(findings.map((finding) => finding.split('\n')[0]).join('\n'));
    this.name = 'TypeScriptError';
  }
}

// 7016: a package without types is `any`, as a person expects of a package that works.
const TOLERATED = new Set([7016]);

/** Findings that stop a cell. */
export function relevant(findings: readonly ts.Diagnostic[]): ts.Diagnostic[] {
  return findings.filter(
    (finding) => finding.category === ts.DiagnosticCategory.Error && !TOLERATED.has(finding.code),
  );
}

/** `2:7 TS2322: Type …`, then the line and a mark under the place. */
export function describe(finding: ts.Diagnostic, source: string): string {
  const message = ts.flattenDiagnosticMessageText(finding.messageText, '\n  ');
  const start = finding.start ?? 0;
  if (finding.start === undefined || start > source.length) return `TS${finding.code}: ${message}`;
  const before = source.slice(0, start).split('\n');
  const column = before.at(-1)!.length;
  const line = source.split('\n')[before.length - 1] ?? '';
  const width = Math.max(1, Math.min(finding.length ?? 1, line.length - column));
  const mark = `${' '.repeat(column)}${'~'.repeat(width)}`;
  return `${before.length}:${column + 1} TS${finding.code}: ${message}\n  ${line}\n  ${mark}`;
}
