/** A form drawn in a cell: title, run button, fields, marks of values that do not do. */
import { type Field, type FieldValue, type Form, fieldsOf } from '../forms/form';
import { markdownToHtml } from '../forms/markdown';
import { button, element } from './dom';
import { createInput, type FieldInput } from './field-input';

/** What the form asks of the cell. */
export interface FormActions {
  /** @returns why the value cannot be, or null; `key` counts fields from 0 */
  edit(key: number, value: FieldValue, done: boolean): string | null;
  run(): void;
  interrupt(): void;
  toggleCode(): void;
  save(): void;
  /** undefined where no kernel can list folders */
  readonly pick: ((field: Field, accept: (path: string) => void) => void) | undefined;
}

/** The state of the cell that a form shows. */
export interface CellState {
  readonly running: boolean;
  readonly executionCount: number | null;
  readonly codeHidden: boolean;
}

export interface FormView {
  readonly node: HTMLElement;
  /** Brings the view in step with the source. @returns false if the form has another shape and must be drawn anew */
  update(form: Form): boolean;
  setState(state: CellState): void;
  setMark(name: string, message: string | null): void;
}

interface Row {
  field: Field;
  readonly input: FieldInput;
  readonly message: HTMLElement;
}

let forms = 0;

/** Draws `form`; the caller puts `node` into the cell. */
export function createFormView(form: Form, actions: FormActions): FormView {
  const prefix = `dsvc-${++forms}`;
  const rows: Row[] = [];
  const body = element('div', { className: 'dsvc-body' });
  for (const item of form.items) {
    if (item.kind === 'markdown') body.append(markdownNode(item.text));
    else {
      const row = createRow(item, rows.length, prefix, actions);
      rows.push(row.row);
      body.append(...row.nodes);
    }
  }
  const header = createHeader(form, actions);
  const problems = element('div', { className: 'dsvc-problems' });
  const node = element('section', { className: 'dsvc-form' }, header.node, body, problems);
  node.setAttribute('aria-label', form.title || 'Form of this cell');
  // The notebook's one-letter shortcuts must not act on keys that are meant for the form; Lumino looks for this mark on
  // the focused element itself before it looks at what is around it.
  for (const control of Array.from(node.querySelectorAll('input, select, button, a'))) {
    control.setAttribute('data-lm-suppress-shortcuts', 'true');
  }
  if (form.formWidth !== null) body.style.maxWidth = form.formWidth;
  node.addEventListener('keydown', (event) => handleKey(event, actions));
  const shape = shapeOf(form);
  const update = (now: Form): boolean => {
    if (shapeOf(now) !== shape) return false;
    for (const [i, field] of fieldsOf(now).entries()) {
      rows[i]!.field = field;
      rows[i]!.input.show(field);
    }
    problems.replaceChildren(
      ...now.problems.map(({ line, message }) => element('p', {}, `Line ${line}: ${message}.`)),
    );
    return true;
  };
  update(form);
  const setMark = (name: string, message: string | null): void => {
    for (const row of rows.filter(({ field }) => field.name === name)) mark(row, message);
  };
  return { node, update, setState: header.setState, setMark };
}

/** Everything that needs other elements; values and places are not part of it. */
function shapeOf({ title, formWidth, items }: Form): string {
  return JSON.stringify([
    ...[title, formWidth],
    ...items.map((item) => {
      if (item.kind === 'markdown') return item.text;
      const { literal: _, value: __, start: ___, end: ____, line: _____, ...rest } = item;
      return rest;
    }),
  ]);
}

function markdownNode(text: string): HTMLElement {
  const node = element('div', { className: 'dsvc-markdown jp-RenderedHTMLCommon' });
  node.innerHTML = markdownToHtml(text);
  return node;
}

function createRow(
  field: Field,
  key: number,
  prefix: string,
  actions: FormActions,
): { row: Row; nodes: readonly HTMLElement[] } {
  const message = element('div', { className: 'dsvc-message', id: `${prefix}-m${key}` });
  const input = createInput(field, (value, done) => mark(row, actions.edit(key, value, done)));
  const row: Row = { field, input, message };
  input.control.id = `${prefix}-${key}`;
  input.control.dataset.name = field.name;
  message.setAttribute('role', 'alert');
  const label = element('label', { htmlFor: input.control.id, title: field.name }, field.name);
  const cell = element('div', { className: 'dsvc-value' }, input.node);
  const { pick } = actions;
  if (field.picker !== null && pick !== undefined) {
    const what = field.picker === 'file' ? 'a file' : 'a folder';
    const open = (): void =>
      pick(row.field, (path) => {
        mark(row, actions.edit(key, path, true));
        input.control.focus();
      });
    cell.append(button('Browse…', 'dsvc-button', `Choose ${what} for ${field.name}`, open));
  }
  cell.append(message);
  return { row, nodes: [label, cell] };
}

function mark({ input, message }: Row, text: string | null): void {
  message.textContent = text ?? '';
  input.control.setAttribute('aria-invalid', String(text !== null));
  if (text === null) input.control.removeAttribute('aria-describedby');
  else input.control.setAttribute('aria-describedby', message.id);
}

function createHeader(
  form: Form,
  actions: FormActions,
): { node: HTMLElement; setState: FormView['setState'] } {
  let running = false;
  const run = button('▶', 'dsvc-run', 'Run this cell', () => (running ? actions.interrupt() : actions.run()));
  const count = element('span', { className: 'dsvc-count' });
  const code = button('Show code', 'dsvc-button dsvc-code', 'Show or hide the code', actions.toggleCode);
  const title = element('span', { className: 'dsvc-title' }, form.title ?? '');
  const node = element('header', { className: 'dsvc-header' }, run, title, count, code);
  const setState = (state: CellState): void => {
    running = state.running;
    run.classList.toggle('dsvc-running', running);
    run.textContent = running ? '■' : '▶';
    run.title = running ? 'Interrupt this cell' : 'Run this cell';
    run.setAttribute('aria-label', run.title);
    count.textContent = running ? '[*]' : state.executionCount === null ? '' : `[${state.executionCount}]`;
    code.textContent = state.codeHidden ? 'Show code' : 'Hide code';
    code.setAttribute('aria-expanded', String(!state.codeHidden));
  };
  return { node, setState };
}

function handleKey(event: KeyboardEvent, actions: FormActions): void {
  const command = event.ctrlKey || event.metaKey;
  if (event.key === 'Enter' && (event.shiftKey || command)) {
    event.preventDefault();
    actions.run();
  } else if (command && event.key.toLowerCase() === 's') {
    event.preventDefault();
    actions.save();
  }
}
