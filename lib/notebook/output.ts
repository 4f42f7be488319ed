/**
 * Where the cell library shows things: our kernel, stock tslab, or plain text on stdout (node, scripts, anything else).
 */
import { currentHost, type KernelHost } from '../kernel/host';

/** Content by MIME type, richest last does not matter; `text/plain` always there. */
export interface Content {
  readonly 'text/plain': string;
  readonly 'text/html'?: string;
  readonly 'text/markdown'?: string;
  readonly 'image/svg+xml'?: string;
  /** base64 */
  readonly 'image/png'?: string;
  readonly 'image/jpeg'?: string;
}

/** A place in the output of a cell that can be written anew. */
export interface OutputSlot {
  update(content: Content): void;
}

/** tslab's display module (1.0.22): one MIME type per message, binary as bytes. */
interface TslabDisplay {
  raw(mime: string, data: string | Uint8Array): void;
}
interface TslabModule {
  readonly display: TslabDisplay;
  newDisplay(): TslabDisplay;
}

/** Our kernel's host where widgets and updates can be used; null elsewhere. */
export function kernelHost(): KernelHost | null {
  return currentHost();
}

/** tslab's own module if this process is a stock tslab kernel. */
function stockTslab(): TslabModule | null {
  const main = require.main;
  if (main === undefined || !/[\\/]tslab[\\/](bin[\\/]tslab|dist[\\/]main\.js)$/.test(main.filename))
    return null;
  return main.require('../dist/public.js') as TslabModule;
}

let slots = 0;

/** Shows `content` once. */
export function show(content: Content): void {
  const host = kernelHost();
  const tslab = host === null ? stockTslab() : null;
  if (host !== null) host.publish({ ...content });
  else if (tslab !== null) showInTslab(tslab.display, content);
  else process.stdout.write(`${content['text/plain']}\n`);
}

/**
 * Shows `content` and gives back the place.
 * @param plain called instead of writing each update to stdout, where nothing can be replaced
 */
export function showSlot(content: Content, plain: (content: Content) => void = printPlain): OutputSlot {
  const host = kernelHost();
  const tslab = host === null ? stockTslab() : null;
  if (host !== null) {
    const id = `dsvc-${process.pid}-${Date.now().toString(36)}-${++slots}`;
    host.publish({ ...content }, { id });
    return { update: (next) => host.publish({ ...next }, { id, update: true }) };
  }
  if (tslab !== null) {
    const display = tslab.newDisplay();
    showInTslab(display, content);
    return { update: (next) => showInTslab(display, next) };
  }
  plain(content);
  return { update: plain };
}

function printPlain(content: Content): void {
  process.stdout.write(`${content['text/plain']}\n`);
}

const PREFERRED = [
  'text/html',
  'image/svg+xml',
  'image/png',
  'image/jpeg',
  'text/markdown',
  'text/plain',
] as const;

function showInTslab(display: TslabDisplay, content: Content): void {
  const mime = PREFERRED.find((type) => content[type] !== undefined)!;
  const data = content[mime]!;
  display.raw(mime, mime === 'image/png' || mime === 'image/jpeg' ? Buffer.from(data, 'base64') : data);
}
