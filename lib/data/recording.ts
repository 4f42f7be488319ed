/** What sources hold. Types only. */

/** One file that is expected to be a recording. */
export interface Recording {
  /** path within the source, parts separated by `/` */
  readonly name: string;
  /** size in bytes, as far as it is known before reading */
  readonly bytes: number;
  /** Its content. @throws Error if it is damaged */
  read(): Buffer;
}

/** Something that was not used, and why. */
export interface LeftOut {
  readonly name: string;
  readonly reason: string;
}
