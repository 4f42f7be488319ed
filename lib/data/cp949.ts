/**
 * CP949 (windows-949), the Korean code page of Windows: EUC-KR and, in the cells that it leaves free, the other 8822
 * Hangul syllables. The `euc-kr` of Node's TextDecoder is EUC-KR alone (ICU; the Encoding Standard wants all of CP949),
 * and what it does not know it passes on as control characters.
 */

const SYLLABLES = { first: 0xac00, last: 0xd7a3 };
/** second bytes of the free cells beside KS X 1001, in order */
const SMALL_TRAILS = [...range(0x41, 0x5a), ...range(0x61, 0x7a), ...range(0x81, 0xa0)];
/** second bytes where the whole row is free */
const ALL_TRAILS = [...SMALL_TRAILS, ...range(0xa1, 0xfe)];

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

let extension: ReadonlyMap<number, string> | undefined;

/** Text of CP949 bytes; null if they are not valid. */
export function decodeCp949(bytes: Uint8Array): string | null {
  const korean = new TextDecoder('euc-kr', { fatal: true });
  extension ??= makeExtension(korean);
  let text = '';
  for (let i = 0; i < bytes.length; i++) {
    const lead = bytes[i]!;
    if (lead < 0x80) {
      text += String.fromCharCode(lead);
      continue;
    }
    const trail = bytes[++i] ?? 0;
    const character = extension.get(lead * 256 + trail) ?? standardCharacter(korean, lead, trail);
    if (character === null) return null;
    text += character;
  }
  return text;
}

/** A character of KS X 1001; null for anything else, private cells included. */
function standardCharacter(korean: TextDecoder, lead: number, trail: number): string | null {
  if (lead < 0xa1 || trail < 0xa1 || lead === 0xc9 || lead >= 0xfe) return null;
  try {
    return korean.decode(Uint8Array.of(lead, trail));
  } catch {
    return null;
  }
}

/** The syllables that KS X 1001 lacks lie in the free cells, both in ascending order. */
function makeExtension(korean: TextDecoder): ReadonlyMap<number, string> {
  const standard = new Set<string>();
  for (const lead of range(0xb0, 0xc8)) {
    for (const trail of range(0xa1, 0xfe)) standard.add(korean.decode(Uint8Array.of(lead, trail)));
  }
  const cells = range(0x81, 0xc6).flatMap((lead) =>
    (lead <= 0xa0 ? ALL_TRAILS : SMALL_TRAILS).map((trail) => lead * 256 + trail),
  );
  const map = new Map<number, string>();
  let next = 0;
  for (let code = SYLLABLES.first; code <= SYLLABLES.last; code++) {
    const syllable = String.fromCharCode(code);
    if (!standard.has(syllable)) map.set(cells[next++]!, syllable);
  }
  return map;
}
