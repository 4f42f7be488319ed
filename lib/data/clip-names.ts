/** Names for clips that every file system and remote disk takes. */

const MAX_BYTES = 100;

/**
 * One name per recording, in order: letters (of any script) and digits of its path stay, everything else becomes `_`;
 * distinct also where case does not count. Depends on the names alone, so the same source gives the same clips.
 */
export function safeNames(recordings: readonly string[]): string[] {
  const taken = new Set<string>();
  return recordings.map((recording) => {
    const base = safeName(recording);
    let name = base;
    for (let n = 2; taken.has(name.toLowerCase()); n++) name = `${base}_${n}`;
    taken.add(name.toLowerCase());
    return name;
  });
}

/** Name of a clip without its ending: the recording's and a number from 1. */
export function clipName(recording: string, number: number): string {
  return `${recording}-${String(number).padStart(3, '0')}`;
}

function safeName(path: string): string {
  const stem = path.replace(/\.[^./]*$/, '');
  const safe = stem
    .normalize('NFC')
    .replace(/[^\p{L}\p{M}\p{N}_-]+/gu, '_')
    .replace(/^[_-]+|[_-]+$/g, '');
  let name = '';
  for (const character of safe) {
    if (Buffer.byteLength(name + character) > MAX_BYTES) break;
    name += character;
  }
  return name === '' ? 'recording' : name;
}
