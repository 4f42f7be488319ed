/**
 * The parts of JupyterLab 4 and Notebook 7 that the extension touches, as types. Their own packages would bring a few
 * hundred others for these few names.
 */

export interface Signal<S, A> {
  connect(slot: (sender: S, args: A) => void): boolean;
  disconnect(slot: (sender: S, args: A) => void): boolean;
}

/** Text of a cell, shared between its views and with other people. */
export interface SharedCell {
  getSource(): string;
  getId(): string;
  updateSource(start: number, end: number, value: string): void;
  readonly changed: Signal<SharedCell, unknown>;
}

/** Outputs of a cell; entries as in nbformat. */
export interface OutputModel {
  readonly length: number;
  get(index: number): { toJSON(): Record<string, unknown> };
  add(output: object): number;
  set(index: number, output: object): void;
  clear(wait?: boolean): void;
  fromJSON(outputs: readonly object[]): void;
}

export interface CellModel {
  readonly type: string;
  readonly sharedModel: SharedCell;
  readonly outputs: OutputModel;
  executionCount: number | null;
  executionState?: string;
  readonly stateChanged: Signal<CellModel, { name: string }>;
}

export interface Cell {
  readonly node: HTMLElement;
  readonly model: CellModel;
  readonly isDisposed: boolean;
  readonly disposed: Signal<Cell, void>;
  /** resolves when the editor is there; cells out of sight are made late */
  readonly ready?: Promise<void>;
  readonly inViewportChanged?: Signal<Cell, boolean>;
  setPrompt?(value: string): void;
}

export interface Message {
  readonly header: { readonly msg_type: string; readonly msg_id: string };
  readonly parent_header: { readonly msg_id?: string };
  readonly content: Record<string, unknown>;
}

export interface KernelComm {
  open(data: object): unknown;
  send(data: object): unknown;
  close(): unknown;
  onMsg: (message: { readonly content: { readonly data: Record<string, unknown> } }) => void;
  onClose: (message: unknown) => void;
  readonly isDisposed: boolean;
}

export interface Kernel {
  readonly clientId: string;
  readonly info: Promise<{ readonly implementation: string }>;
  createComm(target: string): KernelComm;
  readonly iopubMessage: Signal<Kernel, Message>;
  readonly anyMessage: Signal<Kernel, { readonly msg: Message; readonly direction: 'send' | 'recv' }>;
}

export interface SessionContext {
  readonly session: { readonly kernel: Kernel | null } | null;
  readonly kernelChanged: Signal<SessionContext, unknown>;
  readonly statusChanged: Signal<SessionContext, string>;
}

export interface NotebookModel {
  readonly cells: { readonly changed: Signal<unknown, unknown> };
  readonly defaultKernelLanguage: string;
  readonly metadataChanged: Signal<unknown, unknown>;
}

export interface Notebook {
  readonly widgets: readonly Cell[];
  readonly model: NotebookModel | null;
  readonly modelChanged: Signal<Notebook, unknown>;
  activeCellIndex: number;
  deselectAll(): void;
}

export interface NotebookPanel {
  readonly content: Notebook;
  readonly context: { readonly ready: Promise<void> };
  readonly sessionContext: SessionContext;
  readonly disposed: Signal<NotebookPanel, void>;
}

export interface Application {
  readonly commands: { execute(id: string): Promise<unknown> };
}

export interface NotebookTracker {
  forEach(action: (panel: NotebookPanel) => void): void;
  readonly widgetAdded: Signal<NotebookTracker, NotebookPanel>;
}

/** The module `@jupyterlab/notebook`. */
export interface NotebookModule {
  readonly INotebookTracker: unknown;
  readonly NotebookActions: { readonly executed: Signal<unknown, { readonly cell: Cell }> };
}

export interface Plugin {
  readonly id: string;
  readonly autoStart: true;
  readonly requires: readonly unknown[];
  activate(app: Application, tracker: NotebookTracker): void;
}
