/** What a file among recordings is, by its name. */

export type FileKind = 'recording' | 'other-audio' | 'archive' | 'clutter' | 'other';

const kinds: Readonly<Record<string, FileKind>> = {
  wav: 'recording',
  wave: 'recording',
  ...Object.fromEntries(
    ['mp3', 'flac', 'ogg', 'oga', 'opus', 'm4a', 'aac', 'wma', 'aif', 'aiff', 'caf', 'mp4', 'webm'].map(
      (ending) => [ending, 'other-audio' as const],
    ),
  ),
  ...Object.fromEntries(
    ['zip', '7z', 'rar', 'tar', 'gz', 'tgz'].map((ending) => [ending, 'archive' as const]),
  ),
};

/**
 * Kind of the file at `path` (parts separated by `/`). Clutter is what systems leave behind by themselves (`__MACOSX`,
 * `._` copies, `.DS_Store`, `Thumbs.db`): not worth a word. `other` are texts, pictures and the like.
 */
export function fileKind(path: string): FileKind {
  const parts = path.split('/');
  const name = parts[parts.length - 1]!;
  if (
    parts.some((part) => part === '__MACOSX' || part.startsWith('.')) ||
    /^(thumbs\.db|desktop\.ini)$/i.test(name)
  ) {
    return 'clutter';
  }
  const ending = /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
  return kinds[ending] ?? 'other';
}

/** Why a file that is not a recording but might be meant as one is left out; null if it needs no word. */
export function leftOutReason(kind: FileKind): string | null {
  if (kind === 'other-audio') return 'not a WAV file: convert it to WAV to use it';
  if (kind === 'archive')
    return 'an archive inside the archive: unpack it and add its recordings to use them';
  return null;
}
