/**
 * What the kernel knows of the language: checks a cell against all that ran before, and keeps what it declares.
 *
 * Each cell is a module of its own. The names that it takes from earlier cells are declared at its end, so that places in
 * the text stay what they are: variables as `declare let x: …`, everything else as an import.
 */
import { dirname, isAbsolute, join } from 'node:path';
import * as ts from 'typescript';
import { type Declared, declaredNames, exportedNames, usedNames } from './cell-names';
import { relevant } from './diagnostics';
import { LanguageFiles } from './language-files';
import { simpleTypes } from './simple-types';

/** A cell after the check. */
export interface Checked {
  readonly findings: readonly ts.Diagnostic[];
  readonly declared: ReadonlyMap<string, Declared>;
  /** text with the declarations of used names at its end */
  readonly text: string;
  readonly folder: string;
  /** files of earlier cells that `text` refers to */
  readonly refersTo: ReadonlySet<string>;
}

interface Known {
  readonly declared: Declared;
  /** the cell's file */
  readonly file: string;
  /** type as text, if it names nothing but built-in types: then the file is not needed */
  readonly type: string | null;
}

/** Module not found: it may have been installed since it was last looked for. */
const NOT_FOUND = new Set([2307, 2792, 7016]);

/** See the top of this file. */
export class Language {
  private readonly files = new LanguageFiles();
  private readonly known = new Map<string, Known>();
  private readonly references = new Map<string, ReadonlySet<string>>();
  private readonly service: ts.LanguageService;
  private cells = 0;

  constructor() {
    this.service = ts.createLanguageService(this.files.host(), ts.createDocumentRegistry());
  }

  /** Names that cells have declared. */
  names(): ReadonlySet<string> {
    return new Set(this.known.keys());
  }

  /** How many texts are kept: the cells that are still referred to, and the one that was checked last. */
  get fileCount(): number {
    return this.files.names().length;
  }

  /** Checks `source` as the next cell, its relative imports from `folder`. Changes nothing that is known. */
  check(source: string, folder: string): Checked {
    const checked = this.checkOnce(source, folder);
    if (!checked.findings.some((finding) => NOT_FOUND.has(finding.code))) return checked;
    this.files.forgetModules();
    return this.checkOnce(source, folder);
  }

  private checkOnce(source: string, folder: string): Checked {
    const file = parseCell(source);
    const declared = declaredNames(file);
    const wanted = [...usedNames(file)].filter((name) => !declared.has(name));
    const { text, refersTo } = this.withDeclarations(source, wanted, file, declared);
    const path = this.put(text, folder);
    const syntactic = this.service.getSyntacticDiagnostics(path);
    const findings = relevant(syntactic.length > 0 ? syntactic : this.service.getSemanticDiagnostics(path));
    return { findings, declared, text, folder, refersTo };
  }

  /** Takes the names of a checked cell over, for the cells after it. */
  commit(checked: Checked): void {
    const types = simpleTypes(this.service, this.rootOf(checked.folder));
    const file = join(checked.folder, `__cell_${++this.cells}__.ts`);
    this.files.set(file, checked.text);
    this.references.set(file, checked.refersTo);
    for (const [name, declared] of checked.declared) {
      const type = declared.kind === 'variable' ? (types.get(name) ?? null) : null;
      this.known.set(name, { declared, file, type });
    }
    this.dropUnreachable();
  }

  /** To be called after programs that may have installed something. */
  forgetModules(): void {
    this.files.forgetModules();
  }

  /** Text with all known names, for questions about a place in it. Returns the service and the file's name. */
  open(source: string, folder: string): { service: ts.LanguageService; path: string } {
    const file = parseCell(source);
    const declared = declaredNames(file);
    const wanted = [...this.known.keys()].filter((name) => !declared.has(name));
    return {
      service: this.service,
      path: this.put(this.withDeclarations(source, wanted, file, declared).text, folder),
    };
  }

  private put(text: string, folder: string): string {
    const path = this.rootOf(folder);
    this.files.set(path, text);
    this.files.setRoot(path);
    return path;
  }

  private rootOf(folder: string): string {
    return join(folder, '__cell__.ts');
  }

  private withDeclarations(
    source: string,
    wanted: readonly string[],
    file: ts.SourceFile,
    declared: ReadonlyMap<string, Declared>,
  ): { text: string; refersTo: Set<string> } {
    const refersTo = new Set<string>();
    const lines = wanted.flatMap((name) => {
      const known = this.known.get(name);
      return known ? [declaration(name, known, refersTo)] : [];
    });
    const already = exportedNames(file);
    const exported = [...declared]
      .filter(([name, { kind }]) => kind !== 'import' && !already.has(name))
      .map(([name]) => name);
    return { text: `${source}\n;${lines.join('')}export { ${exported.join(', ')} };\n`, refersTo };
  }

  /** Files of cells whose names were all declared anew since, and that no other cell refers to. */
  private dropUnreachable(): void {
    const reachable = new Set<string>();
    const visit = (file: string): void => {
      if (reachable.has(file)) return;
      reachable.add(file);
      for (const other of this.references.get(file) ?? []) visit(other);
    };
    for (const { declared, file, type } of this.known.values()) {
      if (declared.kind !== 'import' && type === null) visit(file);
    }
    for (const file of this.references.keys()) {
      if (reachable.has(file)) continue;
      this.references.delete(file);
      this.files.delete(file);
    }
  }
}

/** A cell as a module, whether or not it imports or exports: `await` is then a keyword at its top. */
export function parseCell(
  source: string,
): ts.SourceFile & { readonly parseDiagnostics: readonly ts.Diagnostic[] } {
  const asModule = (file: ts.SourceFile): void => {
    (file as unknown as { externalModuleIndicator: unknown }).externalModuleIndicator = true;
  };
  const options = { languageVersion: ts.ScriptTarget.Latest, setExternalModuleIndicator: asModule };
  return ts.createSourceFile('cell.ts', source, options, true) as ReturnType<typeof parseCell>;
}

function declaration(name: string, { declared, file, type }: Known, refersTo: Set<string>): string {
  if (declared.kind === 'import') {
    const { specifier } = declared;
    const relative = specifier.startsWith('.') && !isAbsolute(specifier);
    return declared.statement(relative ? join(dirname(file), specifier) : specifier);
  }
  if (declared.kind === 'variable') {
    const word = declared.constant ? 'const' : 'let';
    if (type !== null) return `declare ${word} ${name}: ${type};`;
    refersTo.add(file);
    return `declare ${word} ${name}: typeof import(${JSON.stringify(file)}).${name};`;
  }
  refersTo.add(file);
  return `import ${declared.typeOnly ? 'type ' : ''}{ ${name} } from ${JSON.stringify(file)};`;
}
