/** What is known of a public weight file. Plain data; `manifest.ts` and `base-voices.ts` hold it. */

/** A file inside a zip that is unpacked beside it. */
export interface AssetMember {
  /** path inside the archive, or its end; `*.ckpt`: the only entry of that kind */
  readonly path: string;
  /** name that it gets in the asset's folder */
  readonly file: string;
  readonly bytes: number | null;
  readonly sha256: string | null;
}

/** A public file that this program can use but does not carry. */
export interface Asset {
  /** what people type, kebab-case */
  readonly name: string;
  readonly kind: 'encoder' | 'vocoder' | 'pitch' | 'base-voice';
  /** name of the file as it is published */
  readonly file: string;
  /** tried one after the other; empty: no link is known for sure, the file has to be put there by hand */
  readonly urls: readonly string[];
  /** size as published; null: not known */
  readonly bytes: number | null;
  /** lower-case hex; null: not known, pinned at first use */
  readonly sha256: string | null;
  /** SPDX identifier, or what is known of the terms in a few words */
  readonly licence: string;
  /** shown when the file is fetched, and beside every result made with it */
  readonly terms: string | null;
  /** what it is for, one sentence */
  readonly use: string;
  /** how to cite it, or whom to thank */
  readonly cite: string;
  /** files to unpack; empty: the file itself is used */
  readonly members: readonly AssetMember[];
}
