/** What can be wrong with a file of tensors. All readers of this folder throw one of these and nothing else. */
import { UserError } from '../config/errors';

/** The file ends early or its checksums do not match: the content is lost, an older file may serve. */
export function torn(source: string, rule: string): UserError {
  return new UserError(
    'checkpoint-torn',
    `${source} is damaged: ${rule}`,
    'Use an older checkpoint, or copy or download this one again.',
  );
}

/** The file asks for something that a data file has no need of: nothing of it was executed. */
export function refused(source: string, rule: string): UserError {
  return new UserError(
    'checkpoint-refused',
    `${source} was refused, nothing in it was executed: ${rule}`,
    'Do not load this file with Python either, unless you trust whoever made it.',
  );
}

/** The file is whole, but not what is expected. */
export function invalid(source: string, rule: string): UserError {
  return new UserError(
    'checkpoint-invalid',
    `${source} cannot be used: ${rule}`,
    'Check that this is the right file.',
  );
}
