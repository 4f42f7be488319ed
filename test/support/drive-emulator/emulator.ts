/**
 * A Google Drive in this process, on 127.0.0.1: what Drive v3 documents and what others found out about it
 * (the facts are in docs/drive.md), strict where clients are wrong, with faults on request. Nobody's real Drive is touched.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Accounts } from './accounts';
import { answerAdmin, isAdmin } from './admin';
import { EmulatorClock } from './clock';
import { DriveState } from './drive-state';
import { Faults } from './faults';
import { OAuthServer } from './oauth';
import { Pages } from './pages';
import { handle, type LoggedRequest, type ServerParts } from './server';
import { Sessions } from './sessions';

/** How an emulator begins. */
export interface EmulatorOptions {
  readonly quotaBytes?: number;
  readonly listLagMs?: number;
  /** whose Drive it is */
  readonly person?: string;
  /** of faults with a probability; 0 <= value < 1 */
  readonly random?: () => number;
}

export class DriveEmulator {
  readonly clock = new EmulatorClock();
  readonly drive: DriveState;
  readonly accounts: Accounts;
  readonly oauth: OAuthServer;
  readonly faults: Faults;
  /** every request but those of the admin endpoint */
  readonly requests: LoggedRequest[] = [];
  readonly sessions: Sessions;
  readonly parts: ServerParts;
  private readonly server: Server;

  private constructor(options: EmulatorOptions) {
    const person = options.person ?? 'me@example.com';
    this.drive = new DriveState(this.clock, person);
    this.drive.listLagMs = options.listLagMs ?? 0;
    this.accounts = new Accounts(this.clock, person, options.quotaBytes ?? 15e9);
    this.oauth = new OAuthServer(this.accounts, this.clock);
    this.faults = new Faults(options.random ?? Math.random);
    this.sessions = new Sessions(this.clock);
    this.parts = {
      state: this.drive,
      accounts: this.accounts,
      sessions: this.sessions,
      pages: new Pages(),
      faults: this.faults,
      oauth: this.oauth,
      log: this.requests,
    };
    this.server = createServer((request, response) => {
      void (isAdmin(request) ? answerAdmin(this, request, response) : handle(this.parts, request, response));
    });
  }

  static async start(options: EmulatorOptions = {}): Promise<DriveEmulator> {
    const emulator = new DriveEmulator(options);
    await new Promise<void>((resolve) => emulator.server.listen(0, '127.0.0.1', resolve));
    return emulator;
  }

  /** Root of all addresses, with the slash at the end. */
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
  }

  /** Ends every connection and removes the stored bytes. */
  async stop(): Promise<void> {
    this.faults.clear();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    this.drive.contents.dispose();
  }
}
