/** A voice remembers what it was made with, and sings with nothing else unless a person says so. */
import type { Extra } from '../checkpoint/checkpoint';
import { UserError } from '../config/errors';
import type { OnNotice } from '../config/progress';

/** The parts that are here, by their ids. */
export interface PartsHere {
  readonly encoder: { readonly id: string };
  readonly pitch: { readonly id: string };
  readonly vocoder: { readonly id: string };
  /** those that a person named instead of the voice's own; default: none */
  readonly chosen?: readonly ('pitch' | 'vocoder')[];
}

/** One part as the voice knows it and as it is here. */
interface Memory {
  readonly code: string;
  /** what the part gives, for people */
  readonly what: string;
  /** as the voice knows it; undefined: older voices, and weights that were not there at training */
  readonly due: string | undefined;
  readonly found: string;
  /** whether a person named another on purpose */
  readonly chosen: boolean;
  readonly remedy: string;
}

/**
 * Compares encoder, F0 estimator and vocoder (each name + hash of the weights) with those that the voice was made with.
 * One that a person chose instead (`PartsHere.chosen`) is said; the encoder cannot be: other units are other words.
 * @throws UserError `other-encoder`, `other-pitch`, `other-vocoder`
 */
export function requireRememberedParts(extra: Extra, parts: PartsHere, file: string, notice: OnNotice): void {
  const chosen = (kind: 'pitch' | 'vocoder'): boolean => parts.chosen?.includes(kind) === true;
  const memories: readonly Memory[] = [
    {
      code: 'other-encoder',
      what: 'units',
      due: extra.encoderId,
      found: parts.encoder.id,
      chosen: false,
      remedy: `${fixOf(extra.encoderId, 'DIFF_SVC_ENCODER')} Or train the voice again.`,
    },
    {
      code: 'other-pitch',
      what: 'F0',
      due: extra.pitchId,
      found: parts.pitch.id,
      chosen: chosen('pitch'),
      remedy: `${fixOf(extra.pitchId, pitchVariable(extra.pitchId))} Or train the voice again.`,
    },
    {
      code: 'other-vocoder',
      what: 'sound',
      due: extra.vocoderId,
      found: parts.vocoder.id,
      chosen: chosen('vocoder'),
      remedy: `${fixOf(extra.vocoderId ?? '', 'DIFF_SVC_VOCODER')} A vocoder that is named (--vocoder, DIFF_SVC_VOCODER) is used all the same.`,
    },
  ];
  for (const memory of memories) compare(memory, file, notice);
}

function compare({ code, what, due, found, chosen, remedy }: Memory, file: string, notice: OnNotice): void {
  if (due === undefined || due === found) return;
  if (chosen) {
    notice(`The ${what} of ${file} came from ${due} so far, now from ${found}.`);
    return;
  }
  throw new UserError(
    code,
    `Expected ${what} of ${due}, which ${file} was made with, but this program makes ${found}`,
    remedy,
  );
}

/** Ids of parts from files are `name:hash`, possibly with more behind. */
function fixOf(id: string, variable: string): string {
  const hash = /^[^:]+:([0-9a-f]{16})(?::|$)/.exec(id)?.[1];
  return hash === undefined
    ? 'Use the version of diff-svc that made it.'
    : `Name the file whose SHA-256 begins with ${hash} in ${variable}.`;
}

function pitchVariable(id: string): string {
  return id.startsWith('crepe') ? 'DIFF_SVC_CREPE' : 'DIFF_SVC_SWIFT_F0';
}
