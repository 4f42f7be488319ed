/**
 * What code in a cell may ask of the kernel: types, and how to find it. Imports nothing, so that the cell library stays
 * light and runs under plain node too, where there is no host.
 */

/** Where the host object stands on `globalThis`. */
export const HOST_KEY: unique symbol = Symbol.for('diff-svc.kernel') as never;

/** The host of this process; null outside the kernel (plain node, stock tslab). */
export function currentHost(): KernelHost | null {
  return (globalThis as { [HOST_KEY]?: KernelHost })[HOST_KEY] ?? null;
}

/** Content by MIME type; the caller includes `text/plain`. */
export interface MimeBundle {
  readonly [mime: string]: unknown;
}

/** How a bundle is shown. */
export interface DisplayOptions {
  /** display id: later updates name it */
  readonly id?: string;
  /** replaces what has this id instead of adding an output */
  readonly update?: boolean;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** One run of a cell. */
export interface CellRun {
  /** `metadata.cellId` of the request (JupyterLab, Notebook 7, VS Code); null where the front end sends none */
  readonly id: string | null;
  /** as the front end sent it */
  readonly source: string;
  readonly executionCount: number;
  readonly silent: boolean;
  /** msg_id of the execute_request */
  readonly parentId: string;
  /** session of the front end that sent it */
  readonly session: string;
  /** whether a person is there to answer: input requests, choice of files */
  readonly allowsInput: boolean;
  /** metadata of the execute_request */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Replaces the cell's text in the front end once the cell has ended. */
  setNextInput(text: string): void;
}

/** How a cell ended. */
export type CellOutcome = 'ok' | 'error' | 'interrupted';

/** Something that takes part in every cell. */
export interface CellHook {
  /** Returns the text to run instead. Runs inside the cell: what it publishes lands there. A `UserError` stops the cell. */
  before?(code: string, cell: CellRun): string | Promise<string>;
  /** Runs before the reply goes out. */
  after?(cell: CellRun, outcome: CellOutcome): void | Promise<void>;
}

/** A message that was published with a cell as parent. */
export interface CellOutput {
  readonly msgType: string;
  readonly content: Readonly<Record<string, unknown>>;
  /** msg_id of the cell's execute_request */
  readonly parentId: string;
  readonly cellId: string | null;
}

/** A message of the comm protocol. */
export interface CommMessage {
  readonly data: Record<string, unknown>;
  readonly metadata: Record<string, unknown>;
  readonly buffers: readonly Uint8Array[];
}

/** What goes along with the data of a comm message. */
export interface CommExtras {
  readonly metadata?: object;
  readonly buffers?: readonly Uint8Array[];
}

/** One open comm. */
export interface Comm {
  readonly id: string;
  readonly target: string;
  send(data: object, extras?: CommExtras): void;
  close(data?: object): void;
  onMessage: ((message: CommMessage) => void) | null;
  onClose: ((data: unknown) => void) | null;
}

/** All comms of the kernel. */
export interface Comms {
  /** Opens a comm to the front end. `id` defaults to a new one. */
  open(target: string, data?: object, options?: CommExtras & { readonly id?: string }): Comm;
  /** Names a target that the front end may open. Returns the remover. */
  registerTarget(target: string, onOpen: (comm: Comm, opening: CommMessage) => void): () => void;
  readonly openCount: number;
}

/** A widget of the ipywidgets protocol. */
export interface Widget {
  readonly id: string;
  /** how other widgets name this one in their state */
  readonly ref: string;
  readonly state: Readonly<Record<string, unknown>>;
  /** Changes part of the state, here and in the front end. */
  set(partial: Record<string, unknown>): void;
  /** what `publish` shows */
  readonly view: MimeBundle;
  /** the front end has closed it: it knows no widgets, or its page is gone */
  readonly closed: boolean;
  close(): void;
}

/** The kernel, as cells see it. What is published lands in the calling cell, however late it comes. */
export interface KernelHost {
  readonly version: 1;
  readonly frontEnd: 'colab' | 'jupyter';
  publish(data: MimeBundle, options?: DisplayOptions): void;
  /** @param wait only when the next output comes */
  clearOutput(wait?: boolean): void;
  /** @throws UserError `no-input` where the front end takes none */
  input(prompt: string, options?: { readonly password?: boolean }): Promise<string>;
  /** Aborts when the calling cell is interrupted. Reading it promises to stop on it: the cell then gets time to save. */
  readonly signal: AbortSignal;
  /** the calling cell; null outside one */
  readonly cell: CellRun | null;
  readonly comms: Comms;
  /**
   * Opens a widget. Binary values anywhere in the state travel as buffers.
   * @param state with `_model_name`, `_model_module` and so on, as ipywidgets has it
   * @param onChange hears what the front end changed; runs in the calling cell
   */
  createWidget(state: Record<string, unknown>, onChange?: (changed: Record<string, unknown>) => void): Widget;
  /**
   * Colab's blocking request: asks the front end and waits for its answer.
   * @throws UserError `colab-no-answer` after `timeoutMs`, `colab-refused` if the front end reports an error
   */
  colabRequest(type: string, request: unknown, timeoutMs?: number): Promise<unknown>;
  /** Runs a shell command, its output streamed into the cell. @returns the exit code */
  shell(command: string, options?: { readonly quiet?: boolean }): Promise<number>;
  addCellHook(hook: CellHook): () => void;
  /** Hears of every output that has a cell as parent. Returns the remover. */
  onOutput(listener: (output: CellOutput) => void): () => void;
}
