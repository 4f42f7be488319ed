/** What `import { display } from 'tslab'` gives in our kernel: the API of tslab 1.0.22 (its README, "Display"). */
import { randomUUID } from 'node:crypto';
import { currentHost, type MimeBundle } from './host';

type Binary = Uint8Array;

/** Shows values in the output of the cell; with `newDisplay()`, replaces what it has shown before. */
export interface Display {
  javascript(source: string): void;
  html(source: string): void;
  markdown(source: string): void;
  latex(source: string): void;
  svg(source: string): void;
  png(bytes: Binary): void;
  jpeg(bytes: Binary): void;
  gif(bytes: Binary): void;
  pdf(bytes: Binary): void;
  text(text: string): void;
  raw(mime: string, data: string | Binary): void;
}

/** Adds an output at each call. */
export const display: Display = createDisplay((data) => publish(data));

/** A place that each call writes anew. */
export function newDisplay(): Display {
  const id = randomUUID();
  let shown = false;
  return createDisplay((data) => {
    publish(data, { id, update: shown });
    shown = true;
  });
}

function createDisplay(show: (data: MimeBundle) => void): Display {
  const raw = (mime: string, data: string | Binary): void =>
    show({ [mime]: typeof data === 'string' ? data : Buffer.from(data).toString('base64') });
  const as =
    (mime: string) =>
    (data: string | Binary): void =>
      raw(mime, data);
  return {
    javascript: as('text/javascript'),
    html: as('text/html'),
    markdown: as('text/markdown'),
    latex: as('text/latex'),
    svg: as('image/svg+xml'),
    png: as('image/png'),
    jpeg: as('image/jpeg'),
    gif: as('image/gif'),
    pdf: as('application/pdf'),
    text: as('text/plain'),
    raw,
  };
}

function publish(data: MimeBundle, options?: { id: string; update: boolean }): void {
  currentHost()?.publish(data, options);
}
