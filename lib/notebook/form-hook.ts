/**
 * Forms of cells in the kernel: shows the fields of a cell as widgets when it runs, and puts what was typed there into
 * the literals of the next run. Silent where the JupyterLab extension draws the form itself.
 */
import { bareToTypeScript } from '../forms/bare';
import { type Field, type FieldValue, type Form, fieldsOf } from '../forms/form';
import { parseForm } from '../forms/parse';
import { writeField } from '../forms/write';
import type { CellHook, CellRun, KernelHost } from '../kernel/host';
import { serveFormComms } from './form-comms';
import { createFormWidgets, type FormWidgets, formAsText } from './form-widgets';

/** An edit in a widget, and the literal that it was made over. */
interface Edit {
  readonly field: Field;
  readonly value: FieldValue;
}

/** What is known of a cell between its runs. */
interface ShownForm {
  readonly edits: Map<string, Edit>;
  readonly widgets: FormWidgets;
}

/**
 * The hook for `KernelHost.addCellHook`; also answers the comms of the extension. `DIFF_SVC_FORMS=0` in the environment
 * keeps the kernel from drawing forms.
 */
export function createFormHook(host: KernelHost, env: NodeJS.ProcessEnv = process.env): CellHook {
  const shown = new Map<string, ShownForm>();
  const comms = serveFormComms(host);
  return {
    before(code: string, cell: CellRun): string {
      comms.cellStarts(cell);
      const form = parseForm(code);
      for (const { line, message } of form.problems)
        process.stderr.write(`Form, line ${line}: ${message}.\n`);
      if (fieldsOf(form).length === 0 || cell.silent) return bareToTypeScript(code);
      const before = cell.id === null ? undefined : shown.get(cell.id);
      const next = before === undefined ? code : applyEdits(code, form, before.edits);
      if (next !== code) cell.setNextInput(next);
      before?.widgets.close();
      if (cell.id !== null) shown.delete(cell.id);
      // Colab and the extension draw forms themselves; nbconvert has nobody to fill one in, and no cell to write to.
      const drawn = host.frontEnd === 'colab' || comms.drawsForms(cell.session);
      const silent = drawn || env.DIFF_SVC_FORMS === '0' || cell.id === null || !cell.allowsInput;
      if (!silent) showForm(host, parseForm(next), cell.id, shown);
      return bareToTypeScript(next);
    },
    after(cell: CellRun): void {
      comms.cellEnds(cell);
    },
  };
}

/** The code with every edit whose literal is still the one that the widget was drawn from: a literal typed by hand wins. */
function applyEdits(code: string, form: Form, edits: Map<string, Edit>): string {
  let next = code;
  for (const key of fieldKeys(form).keys()) {
    const edit = edits.get(key);
    // Used once: an edit that is refused must not stop every later run too.
    edits.delete(key);
    const field = fieldKeys(parseForm(next)).get(key);
    if (edit === undefined || field === undefined || field.literal !== edit.field.literal) continue;
    next = writeField(next, field, edit.value);
  }
  return next;
}

function showForm(host: KernelHost, form: Form, cellId: string | null, shown: Map<string, ShownForm>): void {
  const edits = new Map<string, Edit>();
  const keys = new Map([...fieldKeys(form)].map(([key, field]) => [field, key]));
  const widgets = createFormWidgets(host.createWidget, form, (field, value) =>
    edits.set(keys.get(field)!, { field, value }),
  );
  if (cellId !== null) shown.set(cellId, { edits, widgets });
  host.publish({ ...widgets.box.view, 'text/plain': formAsText(form) });
}

/** Fields by name; the second of the same name is `name#2`. */
function fieldKeys(form: Form): Map<string, Field> {
  const keys = new Map<string, Field>();
  for (const field of fieldsOf(form)) {
    let key = field.name;
    for (let n = 2; keys.has(key); n++) key = `${field.name}#${n}`;
    keys.set(key, field);
  }
  return keys;
}
