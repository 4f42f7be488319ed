/**
 * A notebook as one script that Node runs: imports once and first, names that several cells declare declared once,
 * `!` and `%cd` lines as calls, form fields as flags of the command line.
 */
import * as ts from 'typescript';
import { UserError } from '../config/errors';
import { bareToTypeScript } from '../forms/bare';
import { fieldsOf } from '../forms/form';
import { parseForm } from '../forms/parse';
import { readMagics } from '../kernel/magics';
import { cellSource, type NotebookFile } from './notebook-file';

/**
 * What the script's lines call in place of magics and form fields. `__cell` is the name that the kernel's magics have;
 * every name of ours begins with `__`, the others are the cells'.
 */
const HEADER = `import * as __child from 'node:child_process';
import * as __fs from 'node:fs';
import * as __module from 'node:module';
import * as __path from 'node:path';
import * as __url from 'node:url';
import * as __util from 'node:util';

/** diff-svc is looked for in the folders above this script, then above the working folder. */
function __own(name) {
  for (const start of [__path.dirname(__url.fileURLToPath(import.meta.url)), process.cwd()]) {
    for (let at = __path.resolve(start), above = null; at !== above; above = at, at = __path.dirname(at)) {
      for (const folder of [at, __path.join(at, 'node_modules/diff-svc')]) {
        if (__fs.existsSync(__path.join(folder, 'dist/notebook')) && __fs.existsSync(__path.join(folder, 'bin/diff-svc.mjs')))
          return require(__path.join(folder, 'dist', name));
      }
    }
  }
  throw new Error('Expected diff-svc in a folder above this script or above the working folder; run it inside the folder of diff-svc');
}

const require = __module.createRequire(import.meta.url);
const __cell = (globalThis.__cell = {
  /** Runs a shell command; a command that fails ends the script. */
  run(command, stdio) {
    const { status, stdout } = __child.spawnSync('bash', ['-c', command], { stdio, encoding: 'utf8' });
    if (status !== 0) throw new Error(\`The command failed with exit code \${status}: \${command}\`);
    return stdout;
  },
  shell: async (command) => void __cell.run(command, 'inherit'),
  lines: async (command) => __cell.run(command, ['inherit', 'pipe', 'inherit']).replace(/\\n$/, '').split('\\n'),
  cd: (folder) => process.chdir(folder.replace(/^~(?=\\/|$)/, process.env.HOME ?? '~')),
  /** The value of a form field: that of its flag, else the one of the notebook. */
  field(name, present) {
    const text = __flags[name];
    if (text === undefined) return present;
    if (typeof present === 'number') return Number(text);
    return typeof present === 'boolean' ? /^true$/i.test(text) : text;
  },
});`;

/**
 * The notebook as an ES module, text of a `.mjs` file.
 * @param name of the notebook, for the first line
 * @throws UserError `cell-syntax` if a cell is no TypeScript
 */
export function exportNotebook(notebook: NotebookFile, name: string): string {
  const imports = new Map<string, string>();
  const declared = new Set<string>();
  const fields = new Map<string, string>();
  const bodies: string[] = [];
  for (const [index, cell] of notebook.cells.entries()) {
    const source = cellSource(cell);
    if (cell.cell_type === 'markdown') bodies.push(source.replace(/^/gm, '// '));
    if (cell.cell_type !== 'code') continue;
    const code = withFlags(withoutMagics(bareToTypeScript(source)), fields);
    const body = mergeCell(toJavaScript(code, index), imports, declared);
    bodies.push(body.trim());
  }
  const flags = [...fields.keys()].map((field) => `${JSON.stringify(field)}: { type: 'string' }`).join(', ');
  return [
    `// Made from ${name.replace(/[\r\n]/g, ' ')} by diff-svc notebook export. Run: node THIS_FILE ${usage(fields)}`,
    HEADER,
    `const { values: __flags } = __util.parseArgs({ options: { ${flags} } });`,
    [...imports.values()].join('\n'),
    ...bodies.filter((body) => body !== ''),
    '',
  ].join('\n\n');
}

function usage(fields: ReadonlyMap<string, string>): string {
  return [...fields]
    .map(([name, literal]) => `--${name} ${literal}`)
    .join(' ')
    .slice(0, 300);
}

function withoutMagics(source: string): string {
  const { code, first } = readMagics(source, new Set());
  const before: string[] = [];
  const record = (method: string) => (text: string) =>
    void before.push(`${method === 'cd' ? '' : 'await '}__cell.${method}(${JSON.stringify(text)});`);
  for (const magic of first) {
    void magic({ shell: async (text) => record('shell')(text), lines: async () => [], cd: record('cd') });
  }
  return [...before, code].join('\n');
}

/** Literals of form fields become `__cell.field('name', literal)`. */
function withFlags(source: string, fields: Map<string, string>): string {
  const found = fieldsOf(parseForm(source));
  for (const { name, literal } of found) if (!fields.has(name)) fields.set(name, literal);
  return found.reduceRight(
    (text, { name, literal, start, end }) =>
      `${text.slice(0, start)}__cell.field(${JSON.stringify(name)}, ${literal})${text.slice(end)}`,
    source,
  );
}

function toJavaScript(code: string, index: number): string {
  const { outputText, diagnostics } = ts.transpileModule(code, {
    reportDiagnostics: true,
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
      removeComments: false,
    },
  });
  const problem = diagnostics?.[0];
  if (problem === undefined) return outputText.replace(/^export \{\};\n?/m, '');
  const text = ts.flattenDiagnosticMessageText(problem.messageText, ' ');
  throw new UserError(
    'cell-syntax',
    `Expected TypeScript in cell ${index + 1}: ${text}`,
    'Correct the cell, then export again.',
  );
}

/** One change of a text. */
interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Takes the imports out of a cell, and makes declarations of names that are there already assignments. */
function mergeCell(code: string, imports: Map<string, string>, declared: Set<string>): string {
  const file = ts.createSourceFile('cell.mjs', code, ts.ScriptTarget.ES2022, true, ts.ScriptKind.JS);
  const edits: Edit[] = [];
  for (const statement of file.statements) {
    if (ts.isImportDeclaration(statement)) {
      for (const [key, text] of importLines(statement)) imports.set(key, text);
      edits.push({ start: statement.getStart(), end: statement.end, text: '' });
    } else if (ts.isVariableStatement(statement)) edits.push(...mergeVariables(statement, declared));
    else if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) {
      edits.push(...mergeNamed(statement, declared));
    }
  }
  return edits
    .sort((a, b) => b.start - a.start)
    .reduce((text, { start, end, text: next }) => text.slice(0, start) + next + text.slice(end), code);
}

/** An import as lines of one name each, so that cells may import the same again. */
function importLines(statement: ts.ImportDeclaration): [string, string][] {
  const from = (statement.moduleSpecifier as ts.StringLiteral).text;
  const own = /^diff-svc(?:\/(.+))?$/.exec(from);
  return own
    ? ownLines(statement, `__own(${JSON.stringify(own[1] ?? 'index')})`)
    : foreignLines(statement, from);
}

function foreignLines({ importClause: clause }: ts.ImportDeclaration, from: string): [string, string][] {
  const module = JSON.stringify(from);
  if (clause === undefined) return [[from, `import ${module};`]];
  const lines: [string, string][] = [];
  if (clause.name) lines.push([clause.name.text, `import ${clause.name.text} from ${module};`]);
  const bindings = clause.namedBindings;
  if (bindings && ts.isNamespaceImport(bindings)) {
    lines.push([bindings.name.text, `import * as ${bindings.name.text} from ${module};`]);
  } else if (bindings) {
    for (const element of bindings.elements)
      lines.push([element.name.text, `import { ${element.getText()} } from ${module};`]);
  }
  return lines;
}

/** Ours is found when the script runs: a path written here would be one of this machine. */
function ownLines({ importClause: clause }: ts.ImportDeclaration, module: string): [string, string][] {
  const bindings = clause?.namedBindings;
  if (bindings === undefined) return [[module, `${module};`]];
  if (ts.isNamespaceImport(bindings))
    return [[bindings.name.text, `const ${bindings.name.text} = ${module};`]];
  return bindings.elements.map(({ name, propertyName }) => {
    const names = propertyName === undefined ? name.text : `${propertyName.text}: ${name.text}`;
    return [name.text, `const { ${names} } = ${module};`];
  });
}

function mergeVariables(statement: ts.VariableStatement, declared: Set<string>): Edit[] {
  const { declarationList: list } = statement;
  const names = list.declarations.flatMap(({ name }) => boundNames(name));
  const known = names.some((name) => declared.has(name));
  const keyword: Edit = { start: list.getStart(), end: list.declarations[0]!.getStart(), text: 'let ' };
  const fresh = names.filter((name) => !declared.has(name));
  for (const name of names) declared.add(name);
  // A later cell may declare the name again.
  if (!known) return [keyword];
  const assignments = list.declarations.map((one) => {
    const value = one.initializer?.getText() ?? 'undefined';
    return ts.isIdentifier(one.name) ? `${one.name.text} = ${value};` : `(${one.name.getText()} = ${value});`;
  });
  const text = [...(fresh.length > 0 ? [`let ${fresh.join(', ')};`] : []), ...assignments].join(' ');
  return [{ start: statement.getStart(), end: statement.end, text: `;${text}` }];
}

function mergeNamed(statement: ts.FunctionDeclaration | ts.ClassDeclaration, declared: Set<string>): Edit[] {
  const name = statement.name?.text;
  if (name === undefined) return [];
  const known = declared.has(name);
  declared.add(name);
  if (!known) {
    // Functions and classes can be assigned to as they are.
    return [];
  }
  return [
    { start: statement.getStart(), end: statement.getStart(), text: `${name} = ` },
    { start: statement.end, end: statement.end, text: ';' },
  ];
}

function boundNames(name: ts.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((element) =>
    ts.isOmittedExpression(element) ? [] : boundNames(element.name),
  );
}
