/** The errors of every `Store`, told apart by `code`. */
import { isUserError, UserError } from '../config/errors';

/** What can go wrong in a store. */
export type StoreErrorCode =
  /** there is no such file or folder, or we may not see it */
  | 'store-not-found'
  /** no room */
  | 'store-quota'
  /** a listing was not complete: nothing may be decided from it */
  | 'store-incomplete'
  /** there, but not permitted */
  | 'store-denied'
  /** the permission has run out or was withdrawn: a person has to log in */
  | 'store-signed-out'
  /** network, server or rate limit, after repeating for a bounded time; try again later */
  | 'store-unavailable'
  /** what came back is not what was stored */
  | 'store-corrupt'
  /** the id is taken by another content */
  | 'store-exists';

/** Makes an error of a store. */
export function storeError(
  code: StoreErrorCode,
  message: string,
  remedy: string,
  cause?: unknown,
): UserError {
  return new UserError(code, message, remedy, cause === undefined ? {} : { cause });
}

/** Whether `error` is of a store and one of `codes`; without codes: of any. */
export function isStoreError(error: unknown, ...codes: StoreErrorCode[]): boolean {
  if (!isUserError(error) || !error.code.startsWith('store-')) return false;
  return codes.length === 0 || codes.some((code) => code === error.code);
}
