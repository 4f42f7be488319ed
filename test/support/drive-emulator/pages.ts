/** Page tokens of lists: what is left to show, and the question that it belongs to. */
import { randomBytes } from 'node:crypto';
import { invalid } from './api-error';

interface Page {
  readonly question: string;
  readonly rest: readonly string[];
  readonly number: number;
}

export class Pages {
  private readonly pages = new Map<string, Page>();

  /** @param question all parameters but page token and size: a token serves the same question only */
  put(page: Page): string {
    const token = `~!!~${randomBytes(12).toString('base64url')}`;
    this.pages.set(token, page);
    return token;
  }

  /** @throws ApiError 400 for an unknown token or one of another question */
  take(token: string, question: string): Page {
    const page = this.pages.get(token);
    if (!page || page.question !== question) throw invalid('pageToken', 'Invalid Value');
    return page;
  }

  /** Number of the page that a request asks for, 1 = first. */
  numberOf(token: string | null): number {
    return token === null ? 1 : (this.pages.get(token)?.number ?? 1);
  }
}
