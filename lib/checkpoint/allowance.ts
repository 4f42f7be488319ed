import { refused } from './file-errors';

/** What a file may cost beside its own bytes, whatever its size; small files of views need some room. */
const FLOOR_BYTES = 1 << 20;
/** Together with the file's own bytes: at most four times its size. */
const FACTOR = 3;

/** Memory that reading one file may take: a hostile file could otherwise claim any size in a few bytes. */
export class Allowance {
  private left: number;

  constructor(
    private readonly source: string,
    private readonly fileBytes: number,
  ) {
    this.left = FLOOR_BYTES + FACTOR * fileBytes;
  }

  /** Call before allocating. @throws UserError `checkpoint-refused` when the file's allowance is used up */
  spend(bytes: number): void {
    this.left -= bytes;
    if (this.left < 0) {
      throw refused(
        this.source,
        `its content would need more than four times its ${this.fileBytes} bytes of memory`,
      );
    }
  }
}
