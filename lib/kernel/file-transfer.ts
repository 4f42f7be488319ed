/**
 * Files between the person's own computer and the notebook's machine: `upload` and `download`, as Colab's `files` has
 * them. On Colab by its request that evaluates a script in the page (colabtools, google/colab/output/_js.py); elsewhere by
 * the FileUpload widget of ipywidgets and a link.
 */
import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { UserError } from '../config/errors';
import { writeFileAtomic } from '../storage/atomic-file';
import type { KernelHost } from './host';

/** A request of Colab's carries this many bytes of a file. */
const CHUNK_BYTES = 3 * 2 ** 20;
/** A link with the file in it; longer ones are cut by browsers. */
const LINK_BYTES = 64 * 2 ** 20;
/** A person looks for a file. */
const CHOICE_TIMEOUT_MS = 10 * 60_000;

/**
 * Asks the person for files and writes them into `folder`.
 * @returns their paths; empty if the person chose none
 * @throws UserError `no-input` where no person is there, and those of `writeFileAtomic`
 */
export async function uploadFiles(host: KernelHost, folder = process.cwd()): Promise<string[]> {
  const files = host.frontEnd === 'colab' ? await chosenOnColab(host) : await chosenInWidget(host);
  const paths: string[] = [];
  for (const { name, chunks } of files) {
    // The name comes from outside: only its last part, and no hidden or empty one.
    const path = join(folder, basename(name.replaceAll('\\', '/')).replace(/^\.+/, '') || 'upload');
    await writeFileAtomic(path, chunks());
    paths.push(path);
  }
  return paths;
}

/**
 * Hands a file to the person.
 * @throws UserError `no-such-file`, `too-large-to-download`
 */
export async function downloadFile(host: KernelHost, path: string): Promise<void> {
  const size = sizeOf(path);
  if (host.frontEnd === 'colab') return downloadOnColab(host, path, size);
  if (size > LINK_BYTES) {
    throw new UserError(
      'too-large-to-download',
      `Expected a file of at most ${LINK_BYTES / 2 ** 20} MiB for a link, ${path} has ${Math.ceil(size / 2 ** 20)} MiB`,
      "Download it from the file browser at the notebook's left.",
    );
  }
  const data = readFileSync(path).toString('base64');
  const name = escapeHtml(basename(path));
  host.publish({
    'text/plain': `Download: ${path}`,
    'text/html': `<a download="${name}" href="data:application/octet-stream;base64,${data}">Download ${name}</a>`,
  });
}

interface Chosen {
  readonly name: string;
  chunks(): AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

async function chosenOnColab(host: KernelHost): Promise<Chosen[]> {
  const evaluate = (script: string, timeoutMs?: number): Promise<unknown> =>
    host.colabRequest('cell_javascript_eval', { script }, timeoutMs);
  const listed = (await evaluate(CHOOSE, CHOICE_TIMEOUT_MS)) as { name: string; size: number }[];
  return listed.map(({ name, size }, i) => ({
    name,
    async *chunks() {
      for (let start = 0; start < size; start += CHUNK_BYTES) {
        const end = Math.min(size, start + CHUNK_BYTES);
        const text = await evaluate(`diffSvcRead(${i}, ${start}, ${end})`);
        yield Buffer.from(String(text), 'base64');
      }
    },
  }));
}

/** Run in the page of Colab's output. */
const CHOOSE = `new Promise((resolve) => {
  const input = Object.assign(document.createElement('input'), { type: 'file', multiple: true });
  document.body.append(input);
  let files = [];
  window.diffSvcRead = async (i, start, end) => {
    const bytes = new Uint8Array(await files[i].slice(start, end).arrayBuffer());
    let text = '';
    for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
    return btoa(text);
  };
  const done = () => {
    files = [...input.files];
    input.remove();
    resolve(files.map(({ name, size }) => ({ name, size })));
  };
  input.addEventListener('change', done);
  input.addEventListener('cancel', done);
})`;

/** The widget's value: ipywidgets 8, FileUpload, `content` as a binary buffer. */
async function chosenInWidget(host: KernelHost): Promise<Chosen[]> {
  if (!host.cell?.allowsInput) {
    throw new UserError(
      'no-input',
      'Expected a front end with a person to choose files, this one takes no input',
      'Copy the files beside the notebook and name them in the cell.',
    );
  }
  const { signal } = host;
  const value = await new Promise<unknown>((resolve, reject) => {
    const widget = host.createWidget(
      {
        ...CONTROLS,
        _model_name: 'FileUploadModel',
        _view_name: 'FileUploadView',
        multiple: true,
        description: 'Choose files',
        value: [],
      },
      (changed) => Array.isArray(changed.value) && resolve(changed.value),
    );
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    host.publish(widget.view);
  });
  return (value as { name: unknown; content: unknown }[]).flatMap(({ name, content }) =>
    ArrayBuffer.isView(content) ? [{ name: String(name), chunks: () => [content as Uint8Array] }] : [],
  );
}

const CONTROLS = {
  _model_module: '@jupyter-widgets/controls',
  _model_module_version: '2.0.0',
  _view_module: '@jupyter-widgets/controls',
  _view_module_version: '2.0.0',
};

async function downloadOnColab(host: KernelHost, path: string, size: number): Promise<void> {
  const evaluate = (script: string): Promise<unknown> =>
    host.colabRequest('cell_javascript_eval', { script });
  const file = openSync(path, 'r');
  try {
    await evaluate('window.diffSvcParts = []; null');
    for (let start = 0; start < size; start += CHUNK_BYTES) {
      const bytes = Buffer.alloc(Math.min(CHUNK_BYTES, size - start));
      const read = readSync(file, bytes, 0, bytes.length, start);
      const text = JSON.stringify(bytes.subarray(0, read).toString('base64'));
      await evaluate(`diffSvcParts.push(Uint8Array.from(atob(${text}), (c) => c.charCodeAt(0))); null`);
    }
    await evaluate(save(basename(path)));
  } finally {
    closeSync(file);
  }
}

function save(name: string): string {
  return `(() => {
  const href = URL.createObjectURL(new Blob(diffSvcParts));
  const link = Object.assign(document.createElement('a'), { href, download: ${JSON.stringify(name)} });
  document.body.append(link);
  link.click();
  link.remove();
  delete window.diffSvcParts;
  return null;
})()`;
}

function sizeOf(path: string): number {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat?.isFile()) return stat.size;
  throw new UserError(
    'no-such-file',
    `Expected a file ${path}`,
    `Check the name; the notebook works in ${process.cwd()}.`,
  );
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
