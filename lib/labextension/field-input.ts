/** The control of one field: made once, then kept in step with the literal. */
import type { Field, FieldValue } from '../forms/form';
import { element } from './dom';

export interface FieldInput {
  /** what goes into the form's second column */
  readonly node: HTMLElement;
  /** what the label belongs to */
  readonly control: HTMLInputElement | HTMLSelectElement;
  /** Shows the field's value, unless the person is typing just that. */
  show(field: Field): void;
}

/** @param onEdit called for every change; `done` when the person leaves the control or picks something */
export type OnInput = (value: FieldValue, done: boolean) => void;

/** A control for `field`. */
export function createInput(field: Field, onEdit: OnInput): FieldInput {
  if (field.choices !== undefined && !field.allowInput) return selectInput(field, onEdit);
  switch (field.type) {
    case 'boolean':
      return checkbox(onEdit);
    case 'slider':
      return slider(field, onEdit);
    case 'integer':
    case 'number':
      return numberInput(field, onEdit);
    default:
      return textInput(field, onEdit);
  }
}

/** What a text control shows: the value, or the source text where that is no plain value. */
function textOf(field: Field): string {
  return field.type === 'raw' || field.value === null ? field.literal : String(field.value);
}

function selectInput(field: Field, onEdit: OnInput): FieldInput {
  const control = element('select', { className: 'dsvc-control' });
  const labels = field.choices!.map(({ label }) => label);
  control.addEventListener('change', () => onEdit(control.value, true));
  const show = (now: Field): void => {
    const present = textOf(now);
    // A value that is not in the list stays to be seen until another is picked.
    const options = labels.includes(present) ? labels : [present, ...labels];
    control.replaceChildren(...options.map((label) => element('option', { value: label }, label)));
    control.value = present;
  };
  return { node: control, control, show };
}

function checkbox(onEdit: OnInput): FieldInput {
  const control = element('input', { type: 'checkbox', className: 'dsvc-check' });
  control.addEventListener('change', () => onEdit(control.checked, true));
  return { node: control, control, show: (now) => void (control.checked = now.value === true) };
}

function slider(field: Field, onEdit: OnInput): FieldInput {
  const limits = { min: String(field.min), max: String(field.max), step: String(field.step) };
  const control = element('input', { type: 'range', className: 'dsvc-range', ...limits });
  const readout = element('output', { className: 'dsvc-readout' });
  const edit = (done: boolean) => (): void => {
    readout.textContent = control.value;
    onEdit(Number(control.value), done);
  };
  control.addEventListener('input', edit(false));
  control.addEventListener('change', edit(true));
  const show = (now: Field): void => {
    if (Number(control.value) !== now.value) control.value = String(now.value ?? now.min);
    readout.textContent = textOf(now);
  };
  return { node: element('div', { className: 'dsvc-slider' }, control, readout), control, show };
}

function numberInput(field: Field, onEdit: OnInput): FieldInput {
  const step = field.type === 'integer' ? '1' : 'any';
  const control = element('input', { type: 'number', className: 'dsvc-control dsvc-number', step });
  const edit = (done: boolean) => (): void => {
    // An empty or half-typed box is not a number yet; the literal waits.
    if (control.value.trim() !== '' && control.validity.valid) onEdit(Number(control.value), done);
  };
  control.addEventListener('input', edit(false));
  control.addEventListener('change', edit(true));
  const show = (now: Field): void => {
    if (control.value === '' || Number(control.value) !== now.value) control.value = String(now.value ?? '');
    control.placeholder = now.value === null ? now.literal : '';
  };
  return { node: control, control, show };
}

let lists = 0;

function textInput(field: Field, onEdit: OnInput): FieldInput {
  const control = element('input', {
    type: field.type === 'date' ? 'date' : 'text',
    className: field.type === 'raw' ? 'dsvc-control dsvc-raw' : 'dsvc-control',
    placeholder: field.placeholder,
    spellcheck: false,
    autocomplete: 'off',
  });
  const edit = (done: boolean) => (): void => {
    if (field.type !== 'date' || control.value !== '') onEdit(control.value, done);
  };
  control.addEventListener('input', edit(false));
  control.addEventListener('change', edit(true));
  const show = (now: Field): void => {
    if (control.value !== textOf(now)) control.value = textOf(now);
  };
  if (field.choices === undefined) return { node: control, control, show };
  const id = `dsvc-list-${++lists}`;
  const options = field.choices.map(({ label }) => element('option', { value: label }));
  control.setAttribute('list', id);
  return {
    node: element('div', { className: 'dsvc-combo' }, control, element('datalist', { id }, ...options)),
    control,
    show,
  };
}
