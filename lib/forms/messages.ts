/**
 * What the JupyterLab extension and the kernel say to each other over comm target `diff-svc.forms`; the extension opens
 * the comm with `{session}`, the session of its execute_requests.
 */

export const FORMS_TARGET = 'diff-svc.forms';

export interface ListedEntry {
  readonly name: string;
  readonly path: string;
  readonly folder: boolean;
  readonly bytes: number | null;
}

/** A folder as the file picker shows it. */
export interface Listing {
  /** the folder that is listed: the nearest one that exists on the way to what was asked */
  readonly path: string;
  readonly parent: string | null;
  readonly roots: readonly { readonly label: string; readonly path: string }[];
  readonly entries: readonly ListedEntry[];
}

/** nbformat 4.5 output. */
export interface LoggedOutput {
  readonly output_type: 'stream' | 'display_data' | 'execute_result' | 'error';
  readonly [key: string]: unknown;
}

/** A run of a cell that no page has seen to its end. */
export interface LoggedRun {
  readonly cellId: string;
  /** msg_id of its execute_request, parent of all its outputs */
  readonly parentId: string;
  readonly source: string;
  readonly executionCount: number;
  readonly running: boolean;
  readonly outputs: readonly { readonly output: LoggedOutput; readonly displayId: string | null }[];
}

/** A field whose value does not do, and why. */
export interface FieldMark {
  readonly name: string;
  readonly message: string;
}

export type ToKernel =
  | { readonly kind: 'list'; readonly request: number; readonly path: string }
  | { readonly kind: 'seen'; readonly parentId: string };

export type ToFrontEnd =
  | ({ readonly kind: 'listing'; readonly request: number } & Listing)
  | { readonly kind: 'missed'; readonly runs: readonly LoggedRun[] }
  | { readonly kind: 'marks'; readonly cellId: string; readonly marks: readonly FieldMark[] };
