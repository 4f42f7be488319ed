/**
 * The JupyterLab 4 and Notebook 7 extension: forms in the code cells of TypeScript notebooks. Loaded as a prebuilt
 * extension: the page asks the container that this file registers for the module `./extension`.
 */
import type { FieldMark } from '../forms/messages';
import { attachForm, type CellForm, type CellSurroundings } from './cell-form';
import { openPicker } from './file-picker';
import type { Application, Cell, NotebookModule, NotebookPanel, NotebookTracker, Plugin } from './jupyter';
import { linkKernel } from './kernel-link';
import { type Follower, showMissedRun } from './missed-runs';
import { addStyle } from './style';

/** Modules that the page shares, by name and version (webpack's module federation). */
type SharedModules = Record<string, Record<string, { get(): Promise<() => unknown> }>>;

const NAME = 'diff-svc-forms';
const LANGUAGES = /typescript|javascript/i;

/** Forms of one open notebook. */
function watchNotebook(
  app: Application,
  panel: NotebookPanel,
  executed: NotebookModule['NotebookActions']['executed'],
): void {
  const forms = new Map<Cell, CellForm>();
  const run = new WeakSet<Cell>();
  const followers = new Map<string, Follower>();
  const cellOf = (id: string): Cell | undefined =>
    panel.content.widgets.find(({ model }) => model.type === 'code' && model.sharedModel.getId() === id);
  const activate = (cell: Cell): void => {
    const index = panel.content.widgets.indexOf(cell);
    if (index < 0 || panel.content.activeCellIndex === index) return;
    panel.content.deselectAll();
    panel.content.activeCellIndex = index;
  };
  const link = linkKernel(panel.sessionContext, {
    missed(runs, knows) {
      for (const missed of runs) {
        const cell = cellOf(missed.cellId);
        const follower = cell === undefined || knows(missed.parentId) ? null : showMissedRun(cell, missed);
        if (follower !== null) followers.set(missed.parentId, follower);
        else if (cell !== undefined && !missed.running) link.seen(missed.parentId);
      }
    },
    marks({ cellId, marks }) {
      const cell = cellOf(cellId);
      if (cell !== undefined) showMarks(forms.get(cell), marks);
    },
    output(message) {
      for (const [parentId, follower] of followers) {
        if (!follower.hear(message)) continue;
        followers.delete(parentId);
        link.seen(parentId);
      }
    },
  });
  const surroundings: CellSurroundings = {
    run(cell) {
      activate(cell);
      void app.commands.execute('notebook:run-cell');
    },
    interrupt: () => void app.commands.execute('notebook:interrupt-kernel'),
    save: () => void app.commands.execute('docmanager:save'),
    activate,
    wasRun: (cell) => run.has(cell),
    pick: (field, accept) => {
      const { name, picker, value } = field;
      const title = picker === 'folder' ? `Choose a folder for ${name}` : `Choose a file for ${name}`;
      openPicker({ title, want: picker ?? 'file', path: String(value ?? ''), list: link.list, accept });
    },
  };
  executed.connect((_, { cell }) => run.add(cell));
  const attachAll = (): void => {
    if (!LANGUAGES.test(panel.content.model?.defaultKernelLanguage ?? '')) return;
    for (const cell of panel.content.widgets) {
      if (cell.model?.type !== 'code' || forms.has(cell)) continue;
      const form = attachForm(cell, surroundings);
      forms.set(cell, form);
      cell.disposed.connect(() => forms.delete(cell));
      form.render();
    }
  };
  // The list of cells changes before their widgets do.
  panel.content.model?.cells.changed.connect(() => setTimeout(attachAll, 0));
  panel.content.model?.metadataChanged.connect(() => setTimeout(attachAll, 0));
  attachAll();
}

function showMarks(form: CellForm | undefined, marks: readonly FieldMark[]): void {
  const old = markedNames.get(form) ?? [];
  for (const name of old) form?.setMark(name, null);
  for (const { name, message } of marks) form?.setMark(name, message);
  markedNames.set(
    form,
    marks.map(({ name }) => name),
  );
}

const markedNames = new Map<CellForm | undefined, readonly string[]>();

/** The plugin that the page activates. */
function createPlugin({ INotebookTracker, NotebookActions }: NotebookModule): Plugin {
  const watch = (app: Application) => (panel: NotebookPanel) => {
    void panel.context.ready.then(() => watchNotebook(app, panel, NotebookActions.executed));
  };
  return {
    id: `${NAME}:plugin`,
    autoStart: true,
    requires: [INotebookTracker],
    activate(app: Application, tracker: NotebookTracker): void {
      addStyle();
      tracker.forEach(watch(app));
      tracker.widgetAdded.connect((_, panel) => watch(app)(panel));
    },
  };
}

/** Registers the container where the page looks for it. */
export function registerContainer(): void {
  let shared: SharedModules = {};
  const containers = ((globalThis as { _JUPYTERLAB?: Record<string, unknown> })._JUPYTERLAB ??= {});
  containers[NAME] = {
    init: (modules: SharedModules) => {
      shared = modules;
    },
    get: async (name: string) => {
      if (name !== './extension') throw new Error(`Expected ./extension, got ${name}`);
      const versions = Object.values(shared['@jupyterlab/notebook'] ?? {});
      if (versions[0] === undefined) throw new Error('Expected the page to share @jupyterlab/notebook');
      const notebook = (await versions[0].get())() as NotebookModule;
      return () => ({ __esModule: true, default: createPlugin(notebook) });
    },
  };
}
