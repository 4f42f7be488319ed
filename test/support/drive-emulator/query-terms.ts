/** Single comparisons of the search language: which term takes which operator, and what it means. */
import { invalid } from './api-error';
import type { DriveNode } from './node';

/** What a query depends on beside the item. */
export interface QueryContext {
  /** `root` and ids to ids */
  readonly resolve: (id: string) => string;
  readonly isTrashed: (node: DriveNode) => boolean;
  readonly account: string;
  readonly clientId: string;
}

type Value = string | boolean | { readonly key: string; readonly value: string };
type Predicate = (node: DriveNode) => boolean;

/** @throws ApiError 400 for an unknown term, or an operator or value that the term does not take */
export function comparison(term: string, operator: string, value: Value, context: QueryContext): Predicate {
  const made = make(term, operator, value, context);
  if (!made) throw invalid('q', 'Invalid Value');
  return made;
}

function make(term: string, operator: string, value: Value, context: QueryContext): Predicate | null {
  if (typeof value === 'boolean') return boolean(term, operator, value, context);
  if (typeof value === 'object') return properties(term, value, context);
  switch (term) {
    case 'name':
      return name(operator, value);
    case 'mimeType':
      return text(operator, value, (node) => node.mimeType);
    case 'modifiedTime':
      return time(operator, value, (node) => node.modifiedMs);
    case 'createdTime':
      return time(operator, value, (node) => node.createdMs);
    case 'parents':
      return operator === 'in' ? (node) => node.parent === context.resolve(value) : null;
    case 'owners':
      return operator === 'in' ? (node) => node.owner === (value === 'me' ? context.account : value) : null;
    default:
      return null;
  }
}

/** `=` ignores case (rclone docs); `contains` is a prefix of a word of the name, it does not find the middle of one [doc]. */
function name(operator: string, value: string): Predicate | null {
  const wanted = value.toLowerCase();
  switch (operator) {
    case '=':
      return (node) => node.name.toLowerCase() === wanted;
    case '!=':
      return (node) => node.name.toLowerCase() !== wanted;
    case 'contains':
      return (node) => node.name.toLowerCase().startsWith(wanted);
    default:
      return null;
  }
}

function text(operator: string, value: string, of: (node: DriveNode) => string): Predicate | null {
  if (operator === '=') return (node) => of(node) === value;
  if (operator === '!=') return (node) => of(node) !== value;
  return operator === 'contains' ? (node) => of(node).startsWith(value) : null;
}

function time(operator: string, value: string, of: (node: DriveNode) => number): Predicate | null {
  const limit = Date.parse(/Z|[+-]\d\d:\d\d$/.test(value) ? value : `${value}Z`);
  if (Number.isNaN(limit)) return null;
  const compare: Readonly<Record<string, (ms: number) => boolean>> = {
    '=': (ms) => ms === limit,
    '!=': (ms) => ms !== limit,
    '<': (ms) => ms < limit,
    '<=': (ms) => ms <= limit,
    '>': (ms) => ms > limit,
    '>=': (ms) => ms >= limit,
  };
  const test = compare[operator];
  return test ? (node) => test(of(node)) : null;
}

function boolean(term: string, operator: string, value: boolean, context: QueryContext): Predicate | null {
  if (operator !== '=' && operator !== '!=') return null;
  const wanted = (operator === '=') === value;
  if (term === 'trashed') return (node) => context.isTrashed(node) === wanted;
  if (term === 'starred') return (node) => node.starred === wanted;
  // the guide allows `sharedWithMe` to be compared as well
  if (term === 'sharedWithMe') return (node) => isSharedWithMe(node, context.account) === wanted;
  return null;
}

function isSharedWithMe(node: DriveNode, account: string): boolean {
  return node.owner !== null && node.owner !== account;
}

function properties(
  term: string,
  { key, value }: { readonly key: string; readonly value: string },
  { clientId }: QueryContext,
): Predicate | null {
  if (term === 'properties') return (node) => node.properties[key] === value;
  return term === 'appProperties' ? (node) => node.appProperties[clientId]?.[key] === value : null;
}
