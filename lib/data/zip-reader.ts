/**
 * The recordings in a zip, by adm-zip, which is given nothing that could harm. What it does well (0.6.1): bounds of
 * headers, CRC, inflating no further than the declared size, refusing a name that occurs twice. What it does not, and is
 * done here: decoding names (as UTF-8, two Korean names become one, which it then refuses), limits, links, encryption
 * told in words, names of thousands of folders (it makes an entry for each).
 */
import AdmZip from 'adm-zip';
import { isUserError, UserError } from '../config/errors';
import { fileKind, leftOutReason } from './file-kind';
import type { LeftOut, Recording } from './recording';
import { decodeNames } from './zip-names';

/** What an archive may ask for. */
export interface ZipLimits {
  readonly entries: number;
  /** bytes of one name, and folders in it */
  readonly nameBytes: number;
  readonly nameDepth: number;
  /** uncompressed bytes of one recording, and of all */
  readonly recordingBytes: number;
  readonly totalBytes: number;
  /** uncompressed / compressed over all recordings, looked at above `ratioFromBytes`: silence packs 1000 to 1 too */
  readonly ratio: number;
  readonly ratioFromBytes: number;
}

export const zipLimits: ZipLimits = {
  entries: 20_000,
  nameBytes: 1024,
  nameDepth: 32,
  recordingBytes: 2 ** 30,
  totalBytes: 2 ** 33,
  ratio: 100,
  ratioFromBytes: 2 ** 30,
};

interface Entry {
  readonly zip: AdmZip.IZipEntry;
  readonly name: string;
  /** bytes that reading yields at most */
  readonly bytes: number;
  readonly packedBytes: number;
}

/**
 * Lists the recordings in `bytes`, in order of name; they are unpacked one at a time, when read.
 * @param label what errors call the archive
 * @throws UserError `zip-invalid`, `zip-truncated`, `zip-empty`, `zip-limit`, `zip-unsafe-name`, `zip-link`,
 *   `zip-encrypted`, `zip-duplicate-name`
 */
export function readZip(
  bytes: Buffer,
  label: string,
  limits: ZipLimits = zipLimits,
): { recordings: Recording[]; leftOut: LeftOut[] } {
  const entries = listEntries(bytes, label, limits);
  if (entries.length === 0) {
    throw new UserError(
      'zip-empty',
      `Expected recordings in ${label}, it is empty`,
      'Put WAV recordings into it.',
    );
  }
  for (const entry of entries) checkSafe(entry, label);
  const files = entries.filter((entry) => !entry.name.endsWith('/'));
  const recordings = files.filter((entry) => fileKind(entry.name) === 'recording');
  for (const entry of recordings) checkReadable(entry, label, limits);
  checkTotals(recordings, label, limits);
  const leftOut = files.flatMap((entry) => {
    const reason = leftOutReason(fileKind(entry.name));
    return reason === null ? [] : [{ name: entry.name, reason }];
  });
  return {
    recordings: recordings
      .map((entry) => ({ name: entry.name, bytes: entry.bytes, read: () => unpack(entry) }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
    leftOut,
  };
}

function listEntries(bytes: Buffer, label: string, limits: ZipLimits): Entry[] {
  const decoder = {
    efs: false,
    encode: (text: string) => Buffer.from(text, 'latin1'),
    // one character a byte: names stay distinct until we decode them; called before adm-zip makes folders of a name
    decode: (name: Buffer) => {
      const text = name.toString('latin1');
      const depth = text.split(/[/\\]/).length - 1;
      if (name.length > limits.nameBytes)
        throw limitError(label, 'name', 'bytes', limits.nameBytes, name.length);
      if (depth > limits.nameDepth) throw limitError(label, 'name', 'folders', limits.nameDepth, depth);
      return text;
    },
  };
  try {
    const zip = new AdmZip(bytes, { decoder, noSort: true });
    const count = zip.getEntryCount();
    if (count > limits.entries) throw limitError(label, 'zip', 'entries', limits.entries, count);
    const entries = zip.getEntries();
    const names = decodeNames(
      entries.map((entry) => ({
        bytes: entry.rawEntryName,
        extra: entry.extra,
      })),
    );
    // some Windows programs separate folders by backslashes
    return entries.map((entry, i) => describeEntry(entry, names[i]!.replaceAll('\\', '/')));
  } catch (error) {
    throw isUserError(error) ? error : explain(error, bytes, label);
  }
}

function describeEntry(zip: AdmZip.IZipEntry, name: string): Entry {
  const { size, compressedSize, method } = zip.header;
  return { zip, name, bytes: method === 0 ? compressedSize : size, packedBytes: compressedSize };
}

function explain(cause: unknown, bytes: Buffer, label: string): UserError {
  const message = cause instanceof Error ? cause.message : String(cause);
  if (message.includes('Duplicate entry')) {
    return new UserError(
      'zip-duplicate-name',
      `Expected every name in ${label} once, one occurs twice`,
      'Make the zip again.',
      { cause },
    );
  }
  const begun = bytes.length >= 4 && bytes.readUInt32LE(0) === 0x04034b50;
  const code = begun ? 'zip-truncated' : 'zip-invalid';
  const what = begun ? 'it begins as one but has no intact directory at its end' : 'it is something else';
  return new UserError(
    code,
    `Expected ${label} to be a whole zip, ${what} (${message})`,
    begun ? 'Copy or download it again; it was probably cut off.' : 'Give a zip, a folder or a WAV file.',
    { cause },
  );
}

/** Nothing is ever written under these names, but who makes such a zip means harm. */
function checkSafe(entry: Entry, label: string): void {
  const { name, zip } = entry;
  const parts = name.split('/');
  if (name.startsWith('/') || /^[A-Za-z]:/.test(name) || name.includes('\0') || parts.includes('..')) {
    throw new UserError(
      'zip-unsafe-name',
      `Expected names in ${label} to stay inside it, got ${JSON.stringify(name)}`,
      'Do not use this zip unless you know who made it; pack the recordings again without full paths.',
    );
  }
  // the upper half of the attributes is a Unix mode where the creator is Unix-like; 0xa000 marks a symbolic link
  if (((zip.attr >>> 16) & 0xf000) === 0xa000) {
    throw new UserError(
      'zip-link',
      `Expected plain files in ${label}, ${name} is a symbolic link`,
      'Pack the recordings themselves instead of links to them.',
    );
  }
}

function checkReadable(entry: Entry, label: string, limits: ZipLimits): void {
  const { name, zip } = entry;
  // bit 0: encrypted; bit 6: strongly; method 99: AES
  if ((zip.header.flags & 0x41) !== 0 || zip.header.method === 99) {
    throw new UserError(
      'zip-encrypted',
      `Expected recordings that can be read, ${name} in ${label} is encrypted`,
      'Pack the recordings without a password.',
    );
  }
  if (entry.bytes > limits.recordingBytes) {
    throw limitError(label, name, 'bytes', limits.recordingBytes, entry.bytes);
  }
}

function checkTotals(recordings: readonly Entry[], label: string, limits: ZipLimits): void {
  const total = recordings.reduce((sum, entry) => sum + entry.bytes, 0);
  const packed = recordings.reduce((sum, entry) => sum + entry.packedBytes, 0);
  if (total > limits.totalBytes) throw limitError(label, 'zip', 'unpacked bytes', limits.totalBytes, total);
  const ratio = total / Math.max(1, packed);
  if (total > limits.ratioFromBytes && ratio > limits.ratio) {
    throw limitError(label, 'zip', 'unpacked bytes per packed byte', limits.ratio, Math.round(ratio));
  }
}

function limitError(label: string, thing: string, unit: string, limit: number, got: number): UserError {
  return new UserError(
    'zip-limit',
    `Expected at most ${limit} ${unit} for ${thing === 'zip' ? label : `${thing} in ${label}`}, got ${got}`,
    'If the zip is what you think it is, unpack it and give the folder.',
  );
}

/** adm-zip stops inflating at the declared size, which was checked, and compares the CRC. */
function unpack(entry: Entry): Buffer {
  try {
    return entry.zip.getData();
  } catch (cause) {
    const message = (cause as Error).message;
    throw new UserError(
      'zip-entry-damaged',
      `${entry.name}: damaged inside the zip (${message})`,
      'Pack it again.',
      { cause },
    );
  }
}
