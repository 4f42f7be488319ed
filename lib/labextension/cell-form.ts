/** Binds the form of one cell to its text: the text is the truth, the form a view that edits it. */
import { UserError } from '../config/errors';
import { type Field, type FieldValue, fieldsOf, hasForm } from '../forms/form';
import { parseForm } from '../forms/parse';
import { literalOf, writeField } from '../forms/write';
import { createFormView, type FormActions, type FormView } from './form-view';
import type { Cell } from './jupyter';

/** What a cell's form needs from the notebook around it. */
export interface CellSurroundings {
  run(cell: Cell): void;
  interrupt(): void;
  save(): void;
  /** makes the cell the one that the toolbar acts on */
  activate(cell: Cell): void;
  /** whether the person has run this cell since the page was loaded */
  wasRun(cell: Cell): boolean;
  readonly pick: FormActions['pick'];
}

export interface CellForm {
  /** Draws the form anew, or takes it away where the cell has none. */
  render(): void;
  setMark(name: string, message: string | null): void;
}

const HIDE_CODE = 'dsvc-hide-code';
const AUTO_RUN_MS = 300;

/** Watches a code cell until it is disposed. */
export function attachForm(cell: Cell, surroundings: CellSurroundings): CellForm {
  const shared = cell.model.sharedModel;
  let view: FormView | null = null;
  let mode: string | null = null;
  let autoRun: ReturnType<typeof setTimeout> | undefined;

  const edit = (key: number, value: FieldValue, done: boolean): string | null => {
    const form = parseForm(shared.getSource());
    const field = fieldsOf(form)[key];
    if (field === undefined) return null;
    const refused = editSource(cell, field, value);
    if (done && refused === null && form.autoRun && surroundings.wasRun(cell)) {
      clearTimeout(autoRun);
      autoRun = setTimeout(() => surroundings.run(cell), AUTO_RUN_MS);
    }
    return refused;
  };
  const showState = (): void =>
    view?.setState({
      running: isRunning(cell),
      executionCount: cell.model.executionCount,
      codeHidden: cell.node.classList.contains(HIDE_CODE),
    });
  const toggleCode = (): void => {
    cell.node.classList.toggle(HIDE_CODE);
    showState();
  };
  const actions: FormActions = {
    edit,
    run: () => surroundings.run(cell),
    interrupt: surroundings.interrupt,
    save: surroundings.save,
    toggleCode,
    pick: surroundings.pick,
  };
  const render = (): void => {
    if (cell.isDisposed) return;
    const form = parseForm(shared.getSource());
    if (!hasForm(form)) {
      view?.node.remove();
      view = null;
      cell.node.classList.remove(HIDE_CODE);
      mode = null;
      return;
    }
    if (form.displayMode !== mode) cell.node.classList.toggle(HIDE_CODE, form.displayMode === 'form');
    mode = form.displayMode;
    if (view === null || !view.update(form))
      view = redraw(cell, view, createFormView(form, actions), surroundings);
    view.node.hidden = form.displayMode === 'code';
    place(cell, view.node);
    showState();
  };
  shared.changed.connect(render);
  cell.model.stateChanged.connect(() => setTimeout(showState, 0));
  cell.inViewportChanged?.connect(render);
  void cell.ready?.then(render);
  return { render, setMark: (name, message) => view?.setMark(name, message) };
}

/** Puts a new view where the old one was; the focus stays on the same field. */
function redraw(cell: Cell, old: FormView | null, view: FormView, surroundings: CellSurroundings): FormView {
  const focused = old?.node.contains(document.activeElement) ? (document.activeElement as HTMLElement) : null;
  const name = focused?.dataset.name;
  old?.node.remove();
  view.node.addEventListener('focusin', () => surroundings.activate(cell));
  // A click is meant for the form: the notebook must not move the focus to the cell.
  view.node.addEventListener('mousedown', (event) => event.stopPropagation());
  place(cell, view.node);
  if (name !== undefined) {
    Array.from(view.node.querySelectorAll<HTMLElement>('[data-name]'))
      .find((node) => node.dataset.name === name)
      ?.focus();
  }
  return view;
}

/** Puts the form above the code. The cell counts its children, so nothing of ours may stand there before its own do. */
function place(cell: Cell, node: HTMLElement): void {
  const code = cell.node.querySelector(':scope > .jp-Cell-inputWrapper');
  if (code !== null && node.nextElementSibling !== code) cell.node.insertBefore(node, code);
}

/** Writes the value into the cell's text. @returns why it cannot be, or null */
function editSource(cell: Cell, field: Field, value: FieldValue): string | null {
  const shared = cell.model.sharedModel;
  try {
    writeField(shared.getSource(), field, value);
    const literal = literalOf(field, value);
    if (literal !== field.literal) shared.updateSource(field.start, field.end, literal);
    return null;
  } catch (error) {
    if (error instanceof UserError) return `${error.message}.`;
    throw error;
  }
}

function isRunning(cell: Cell): boolean {
  if (cell.model.executionState !== undefined) return cell.model.executionState === 'running';
  return cell.node.querySelector('.jp-InputPrompt')?.textContent?.includes('*') === true;
}
