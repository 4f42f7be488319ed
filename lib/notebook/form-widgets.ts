/** A form as ipywidgets (jupyter.widget protocol 2, models of @jupyter-widgets/controls 2.0.0). */
import { type Field, type FieldValue, type Form, fieldsOf } from '../forms/form';
import { escapeHtml, markdownToHtml } from '../forms/markdown';
import type { KernelHost, Widget } from '../kernel/host';
import { listFolder } from './file-listing';

type State = Record<string, unknown>;
type Make = KernelHost['createWidget'];

/** Called for every edit; the field as it was when the form was drawn. */
export type OnEdit = (field: Field, value: FieldValue) => void;

/** A drawn form. */
export interface FormWidgets {
  readonly box: Widget;
  /** closes every widget of the form */
  close(): void;
}

const CONTROLS = '@jupyter-widgets/controls';
const BASE = '@jupyter-widgets/base';
const VERSION = '2.0.0';

/** State of a widget `name` (e.g. `Checkbox`) with the names that the protocol asks for. */
export function controlState(name: string, state: State): State {
  return {
    _model_module: CONTROLS,
    _model_module_version: VERSION,
    _model_name: `${name}Model`,
    _view_module: CONTROLS,
    _view_module_version: VERSION,
    _view_name: `${name}View`,
    ...state,
  };
}

/** State of a layout with CSS properties, e.g. `{ width: '50%' }`. */
export function layoutState(css: State): State {
  return {
    _model_module: BASE,
    _model_module_version: VERSION,
    _model_name: 'LayoutModel',
    _view_module: BASE,
    _view_module_version: VERSION,
    _view_name: 'LayoutView',
    ...css,
  };
}

/** Draws `form`; nothing is shown before `box.view` is published. */
export function createFormWidgets(make: Make, form: Form, onEdit: OnEdit): FormWidgets {
  const made: Widget[] = [];
  const create: Make = (state, onChange) => {
    const widget = make(state, onChange);
    made.push(widget);
    return widget;
  };
  const html = (value: string): Widget =>
    create(controlState('HTML', { value, layout: layoutRef(create, {}) }));
  const children: Widget[] = form.title === null ? [] : [html(`<b>${escapeHtml(form.title)}</b>`)];
  for (const item of form.items) {
    children.push(
      item.kind === 'markdown' ? html(markdownToHtml(item.text)) : createField(create, item, onEdit),
    );
  }
  const width = form.formWidth === null ? {} : { width: form.formWidth };
  const box = create(
    controlState('VBox', {
      children: children.map(({ ref }) => ref),
      box_style: '',
      layout: layoutRef(create, width),
    }),
  );
  return { box, close: () => void made.map((widget) => widget.close()) };
}

function layoutRef(make: Make, css: State): string {
  return make(layoutState(css)).ref;
}

function createField(make: Make, field: Field, onEdit: OnEdit): Widget {
  const { name, state, read } = control(field);
  const style = make({
    ...controlState(styleOf(name), { _view_name: 'StyleView', description_width: '180px' }),
    _view_module: BASE,
  });
  const common = {
    description: field.name,
    description_allow_html: false,
    disabled: false,
    tooltip: field.name,
  };
  const widget: Widget = make(
    controlState(name, {
      ...common,
      ...state,
      style: style.ref,
      layout: layoutRef(make, { width: '560px' }),
    }),
    (changed) => {
      const value = read(changed);
      if (value === null) return;
      onEdit(field, value);
      if (field.picker !== null) void suggestPaths(widget, String(value));
    },
  );
  if (field.picker !== null) void suggestPaths(widget, String(field.value ?? ''));
  return widget;
}

/** Fills the list under a path box with what lies in the folder that is typed. */
async function suggestPaths(widget: Widget, typed: string): Promise<void> {
  const { entries, roots } = await listFolder(typed);
  widget.set({
    options: typed === '' ? roots.map(({ path }) => path) : entries.slice(0, 200).map(({ path }) => path),
  });
}

/** Which control a field gets, its state, and how a change of it is read; null if the change is none of the value. */
interface Control {
  readonly name: string;
  readonly state: State;
  readonly read: (changed: State) => FieldValue | null;
}

const plain = (changed: State): FieldValue | null => {
  const { value } = changed;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
};

function control(field: Field): Control {
  const text = field.type === 'raw' || field.value === null ? field.literal : String(field.value);
  if (field.choices !== undefined && !field.allowInput)
    return dropdown(
      field.choices.map(({ label }) => label),
      text,
    );
  const typing = { continuous_update: false, placeholder: field.placeholder };
  if (field.choices !== undefined || field.picker !== null) {
    const options = field.choices?.map(({ label }) => label) ?? [];
    return {
      name: 'Combobox',
      state: { ...typing, value: text, options, ensure_option: false },
      read: plain,
    };
  }
  switch (field.type) {
    case 'boolean':
      return { name: 'Checkbox', state: { value: field.value === true, indent: true }, read: plain };
    case 'slider':
      return slider(field);
    case 'integer':
      return {
        name: 'IntText',
        state: { value: Number(field.value ?? 0), step: 1, continuous_update: false },
        read: plain,
      };
    case 'number':
      return {
        name: 'FloatText',
        state: { value: Number(field.value ?? 0), step: null, continuous_update: false },
        read: plain,
      };
    case 'date':
      return {
        name: 'DatePicker',
        state: { value: dateState(text), min: null, max: null, step: 1 },
        read: readDate,
      };
    default:
      return { name: 'Text', state: { ...typing, value: text }, read: plain };
  }
}

function dropdown(labels: readonly string[], present: string): Control {
  // A value that is not in the list is shown as it is, first.
  const options = labels.includes(present) ? labels : [present, ...labels];
  return {
    name: 'Dropdown',
    state: { _options_labels: options, index: options.indexOf(present) },
    read: ({ index }) => (typeof index === 'number' ? (options[index] ?? null) : null),
  };
}

function slider(field: Field): Control {
  const { min, max, step } = field;
  const whole = [min, max, step].every(Number.isInteger);
  const value = Math.min(max, Math.max(min, Number(field.value ?? min)));
  const digits = Math.min(6, Math.max(0, Math.ceil(-Math.log10(step || 1))));
  const state = {
    ...{ value, min, max, step, readout: true, readout_format: whole ? 'd' : `.${digits}f` },
    ...{ orientation: 'horizontal', continuous_update: false, behavior: 'drag-tap' },
  };
  return { name: whole ? 'IntSlider' : 'FloatSlider', state, read: plain };
}

/** The front end counts months from 0. */
function dateState(text: string): State | null {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  return match === null
    ? null
    : { year: Number(match[1]), month: Number(match[2]) - 1, date: Number(match[3]) };
}

function readDate({ value }: State): string | null {
  if (typeof value !== 'object' || value === null) return null;
  const { year, month, date } = value as { year: number; month: number; date: number };
  return `${String(year).padStart(4, '0')}-${String(month + 1).padStart(2, '0')}-${String(date).padStart(2, '0')}`;
}

function styleOf(name: string): string {
  if (name === 'Text' || name === 'Combobox' || name === 'IntText' || name === 'FloatText')
    return 'TextStyle';
  if (name === 'Checkbox') return 'CheckboxStyle';
  return name.endsWith('Slider') ? 'SliderStyle' : 'DescriptionStyle';
}

/** The form in one line of text, for front ends without widgets. */
export function formAsText(form: Form): string {
  return `${form.title ?? 'Form'}: ${fieldsOf(form)
    .map(({ name, literal }) => `${name} = ${literal}`)
    .join(', ')}`;
}
