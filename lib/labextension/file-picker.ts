/** A dialog that chooses a file or a folder where the kernel runs (which need not be this computer). */
import type { ListedEntry, Listing } from '../forms/messages';
import { button, element } from './dom';

export interface PickerOptions {
  readonly title: string;
  readonly want: 'file' | 'folder';
  /** where to begin; what is typed in the field now */
  readonly path: string;
  readonly list: (path: string) => Promise<Listing>;
  readonly accept: (path: string) => void;
}

/** Opens the dialog; Escape closes it, arrows walk through the entries. */
export function openPicker(options: PickerOptions): void {
  const roots = element('div', { className: 'dsvc-roots' });
  const place = element('input', { type: 'text', className: 'dsvc-control', spellcheck: false });
  place.setAttribute('aria-label', 'Path');
  const entries = element('div', { className: 'dsvc-entries' });
  entries.setAttribute('role', 'group');
  entries.setAttribute('aria-label', 'Files and folders');
  const dialog = element('dialog', { className: 'dsvc-picker' });
  dialog.setAttribute('aria-label', options.title);
  const choose = (path: string): void => {
    dialog.close();
    options.accept(path);
  };
  const open = async (path: string): Promise<void> => {
    entries.replaceChildren(element('div', { className: 'dsvc-empty' }, 'Reading the folder…'));
    const listing = await options.list(path);
    place.value = listing.path;
    roots.replaceChildren(
      ...listing.roots.map((root) =>
        button(root.label, 'dsvc-button', root.path, () => void open(root.path)),
      ),
    );
    entries.replaceChildren(...entryNodes(listing, options.want, open, choose));
    entries.querySelector<HTMLElement>('.dsvc-entry')?.focus();
  };
  place.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') void open(place.value);
  });
  entries.addEventListener('keydown', (event) => walk(event, entries));
  const accept = button('Choose', 'dsvc-button dsvc-main', 'Take this path', () => choose(place.value));
  dialog.append(
    element('h2', {}, options.title),
    roots,
    element('div', { className: 'dsvc-place' }, place),
    entries,
    element(
      'div',
      { className: 'dsvc-foot' },
      button('Cancel', 'dsvc-button', 'Cancel', () => dialog.close()),
      accept,
    ),
  );
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  void open(options.path);
}

function entryNodes(
  listing: Listing,
  want: PickerOptions['want'],
  open: (path: string) => Promise<void>,
  choose: (path: string) => void,
): HTMLElement[] {
  const nodes: HTMLElement[] = [];
  if (listing.parent !== null) {
    const { parent } = listing;
    nodes.push(entryNode({ name: '..', path: parent, folder: true, bytes: null }, () => void open(parent)));
  }
  for (const entry of listing.entries) {
    const act = (): void => (entry.folder ? void open(entry.path) : choose(entry.path));
    const node = entryNode(entry, act);
    // A file tells what lies in a folder, but cannot be the folder.
    if (!entry.folder && want === 'folder') {
      node.classList.add('dsvc-dim');
      node.disabled = true;
    }
    nodes.push(node);
  }
  if (listing.entries.length === 0)
    nodes.push(element('div', { className: 'dsvc-empty' }, 'Nothing in this folder.'));
  return nodes;
}

function entryNode({ name, path, folder, bytes }: ListedEntry, onClick: () => void): HTMLButtonElement {
  const node = element(
    'button',
    { type: 'button', className: 'dsvc-entry', title: path },
    icon(folder ? FOLDER : FILE),
    element('span', {}, name),
    element('span', {}, bytes === null ? '' : sizeText(bytes)),
  );
  node.addEventListener('click', onClick);
  return node;
}

/** Drawn here, because not every system has a font with such signs. */
const FOLDER =
  'M1 3.5A1.5 1.5 0 0 1 2.5 2h3.2l1.6 2h6.2A1.5 1.5 0 0 1 15 5.5v7a1.5 1.5 0 0 1-1.5 1.5h-11A1.5 1.5 0 0 1 1 12.5z';
const FILE = 'M3 1.5h6.5L13 5v9.5H3zM9 2.5v3h3z';

function icon(path: string): SVGElement {
  const namespace = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(namespace, 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('class', 'dsvc-icon');
  svg.setAttribute('aria-hidden', 'true');
  const shape = document.createElementNS(namespace, 'path');
  shape.setAttribute('d', path);
  shape.setAttribute('fill-rule', 'evenodd');
  svg.append(shape);
  return svg;
}

function sizeText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return `${(bytes / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}

function walk(event: KeyboardEvent, entries: HTMLElement): void {
  const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 };
  const step = steps[event.key];
  const at = document.activeElement;
  if (step === undefined || !(at instanceof HTMLElement)) return;
  const all = Array.from(entries.querySelectorAll<HTMLElement>('.dsvc-entry:not(:disabled)'));
  event.preventDefault();
  all[Math.min(all.length - 1, Math.max(0, all.indexOf(at) + step))]?.focus();
}
