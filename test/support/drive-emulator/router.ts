/** Which route answers a request of the Drive API. */
import { ApiError } from './api-error';
import type { Answer, Exchange } from './exchange';
import { about, getDrive, listDrives } from './route-about';
import {
  copyFile,
  createFile,
  deleteFile,
  emptyTrash,
  generateIds,
  getFile,
  updateFile,
} from './route-files';
import { listFiles } from './route-list';
import { getRevision, listRevisions } from './route-revisions';
import { continueUpload } from './route-session';
import { upload } from './route-upload';

type Route = (exchange: Exchange, id: string, second: string) => Answer | Promise<Answer>;

const ROUTES: readonly (readonly [string, RegExp, Route])[] = [
  ['GET', /^\/drive\/v3\/about$/, about],
  ['GET', /^\/drive\/v3\/drives$/, listDrives],
  ['GET', /^\/drive\/v3\/drives\/([\w-]+)$/, getDrive],
  ['GET', /^\/drive\/v3\/files$/, listFiles],
  ['POST', /^\/drive\/v3\/files$/, createFile],
  ['GET', /^\/drive\/v3\/files\/generateIds$/, generateIds],
  ['DELETE', /^\/drive\/v3\/files\/trash$/, emptyTrash],
  ['GET', /^\/drive\/v3\/files\/([\w-]+)$/, getFile],
  ['PATCH', /^\/drive\/v3\/files\/([\w-]+)$/, updateFile],
  ['DELETE', /^\/drive\/v3\/files\/([\w-]+)$/, deleteFile],
  ['POST', /^\/drive\/v3\/files\/([\w-]+)\/copy$/, copyFile],
  ['GET', /^\/drive\/v3\/files\/([\w-]+)\/revisions$/, listRevisions],
  ['GET', /^\/drive\/v3\/files\/([\w-]+)\/revisions\/([\w-]+)$/, getRevision],
  ['POST', /^\/(?:resumable\/)?upload\/drive\/v3\/files$/, (exchange) => upload(exchange, null)],
  ['PATCH', /^\/(?:resumable\/)?upload\/drive\/v3\/files\/([\w-]+)$/, upload],
];

/** @throws ApiError as the routes; 404 where there is none */
export async function route(exchange: Exchange): Promise<Answer> {
  const { method, path, query } = exchange;
  const uploading = /^\/(?:resumable\/)?upload\/drive\/v3\/files/.test(path);
  if (uploading && query.has('upload_id') && (method === 'PUT' || method === 'POST'))
    return continueUpload(exchange);
  for (const [verb, pattern, handle] of ROUTES) {
    const match = verb === method ? pattern.exec(path) : null;
    if (match) return handle(exchange, match[1] ?? '', match[2] ?? '');
  }
  throw new ApiError(404, 'notFound', `Not Found: ${method} ${path}`);
}
