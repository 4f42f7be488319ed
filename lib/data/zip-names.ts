/**
 * File names of a zip, whatever program on whatever system wrote them. Windows writes names in the code page of its
 * language without saying which; Korean (CP949) and Japanese (Shift_JIS) are told apart by how common the characters
 * are that the bytes would mean, over all names of the archive together.
 */
import { crc32 } from 'node:zlib';
import { decodeCp949 } from './cp949';

/** What the archive says about one name. */
export interface RawName {
  readonly bytes: Uint8Array;
  /** extra fields of the entry */
  readonly extra: Uint8Array;
}

/** Info-ZIP Unicode Path extra field (APPNOTE.TXT 4.6.9). */
const UNICODE_PATH = 0x7075;

/** The upper half of CP437, the code page that the format prescribes where nothing else is said. */
const CP437 =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0';

/**
 * Names as NFC text, in the order given. In order of trust: the Unicode path field, whatever is valid UTF-8 (the
 * flag for it is often missing), the likelier of CP949 and Shift_JIS, CP437.
 */
export function decodeNames(names: readonly RawName[]): string[] {
  const certain = names.map((name) => unicodePath(name) ?? strictUtf8(name.bytes));
  const unknown = names.filter((_, i) => certain[i] === null).map((name) => name.bytes);
  const encoding = guessEncoding(unknown);
  return names.map((name, i) => {
    const text = certain[i] ?? encoding?.decode(name.bytes) ?? cp437(name.bytes);
    // macOS writes Hangul as single letters (NFD)
    return text.normalize('NFC');
  });
}

function strictUtf8(bytes: Uint8Array): string | null {
  return strict(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }), bytes);
}

/** Decodes, or null where the bytes are not valid. */
function strict(decoder: TextDecoder, bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}

function cp437(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => (byte < 0x80 ? String.fromCharCode(byte) : CP437[byte - 0x80]!)).join(
    '',
  );
}

function unicodePath(name: RawName): string | null {
  const extra = Buffer.from(name.extra);
  for (let at = 0; at + 4 <= extra.length; ) {
    const size = extra.readUInt16LE(at + 2);
    const field = extra.subarray(at + 4, at + 4 + size);
    if (extra.readUInt16LE(at) === UNICODE_PATH && field.length > 5 && field[0] === 1) {
      // the field is about another name if someone renamed the entry without knowing the field
      if (field.readUInt32LE(1) === crc32(name.bytes)) return strictUtf8(field.subarray(5));
    }
    at += 4 + size;
  }
  return null;
}

/** How common the character of a byte pair (or single byte: `trail` undefined) is, 0 to 1. */
type Commonness = (lead: number, trail: number | undefined) => number;

interface Candidate {
  /** null where the bytes are not valid */
  decode(bytes: Uint8Array): string | null;
  isSingle(byte: number): boolean;
  readonly commonness: Commonness;
}

const candidates: readonly Candidate[] = [
  {
    decode: decodeCp949,
    isSingle: () => false,
    commonness: (lead, trail = 0) => {
      if (trail < 0xa1 || lead < 0xa1) return 0.1; // syllables that hardly occur
      if (lead >= 0xb0 && lead <= 0xc8) return 1; // the 2350 common syllables of KS X 1001
      return lead === 0xa4 ? 0.5 : 0.2; // letters; Hanja and signs
    },
  },
  {
    decode: (bytes) => strict(new TextDecoder('shift_jis', { fatal: true }), bytes),
    isSingle: (byte) => byte >= 0xa1 && byte <= 0xdf,
    commonness: (lead, trail) => {
      if (trail === undefined) return 0.15; // half-width Katakana: Hangul would look like them
      if (lead >= 0x81 && lead <= 0x83) return 1; // Kana, punctuation, full-width letters
      return lead >= 0x88 && lead <= 0x97 ? 0.9 : 0.2; // JIS level 1 Kanji; others
    },
  },
];

/** The encoding that makes most sense of all names together; null if none can read any. */
function guessEncoding(names: readonly Uint8Array[]): Candidate | null {
  let best: { candidate: Candidate; score: number } | null = null;
  for (const candidate of candidates) {
    const readable = names.filter((name) => candidate.decode(name) !== null);
    const score = readable.reduce((sum, name) => sum + sense(candidate, name), 0);
    if (readable.length > 0 && score > (best?.score ?? 0)) best = { candidate, score };
  }
  return best?.candidate ?? null;
}

/** Mean commonness over the bytes that are not ASCII. */
function sense(candidate: Candidate, name: Uint8Array): number {
  let sum = 0;
  let counted = 0;
  for (let i = 0; i < name.length; i++) {
    const lead = name[i]!;
    if (lead < 0x80) continue;
    const single = candidate.isSingle(lead);
    const width = single ? 1 : 2;
    sum += width * candidate.commonness(lead, single ? undefined : name[++i]);
    counted += width;
  }
  return counted === 0 ? 0 : sum / counted;
}
