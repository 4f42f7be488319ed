/** "Mount Google Drive". */
import { homedir } from 'node:os';
import type { DriveClient } from '../../assembly/drive-login';
import type { Session } from '../../assembly/session';
import { isUserError } from '../../config/errors';
import type { MountedDrive } from '../../storage/mount-drive';
import { confirm } from '../ask';
import { inLanguage, say } from './messages';
import { inCell } from './run';

/** Finds Google Drive, or the local folder that stands in for it, and says which; asks for what is missing. */
export async function mountGoogleDrive(): Promise<void> {
  const { openDrive } = await import('../../assembly/drive');
  const { formatBytes } = await import('../../training/forecast');
  await inCell(async (session) => {
    let drive = await openDrive(session);
    if (await offerLogin(drive, session)) drive = await openDrive(session);
    const { freeBytes } = await drive.store.space();
    const free = freeBytes === null ? '?' : formatBytes(freeBytes);
    say({ en: `${drive.text}\nFree: ${free}`, ko: `${drive.text}\n남은 공간: ${free}` });
  });
}

/** Offers a login where there is none, or one that also sees what a person put on Drive. @returns whether one was made */
async function offerLogin(drive: MountedDrive, session: Session): Promise<boolean> {
  const { clientOfEnvironment, loginToDrive } = await import('../../assembly/drive-login');
  const { seesForeign } = await import('../../storage/mount-drive');
  if (drive.how === 'local') {
    const client = clientOfEnvironment();
    const agreed =
      client !== null &&
      (await asked(
        inLanguage({
          en: 'There is no Google login here. Log in now, in the browser?',
          ko: 'Google 로그인이 없습니다. 지금 브라우저에서 로그인할까요?',
        }),
      ));
    if (agreed) await loginToDrive({ client: client!, scopes: ['drive.file'] }, session);
    return agreed;
  }
  if (drive.how !== 'login' || seesForeign(drive)) return false;
  const question = inLanguage({
    en: 'diff-svc sees only files that it made itself. Let it read a zip or .ckpt that you put on Drive by hand, too?',
    ko: 'diff-svc는 자신이 만든 파일만 볼 수 있습니다. Drive에 직접 올린 zip과 .ckpt도 읽게 할까요?',
  });
  if (!(await asked(question))) return false;
  await loginToDrive(
    { client: await clientOfLogin(session), scopes: ['drive.file', 'drive.readonly'] },
    session,
  );
  return true;
}

/** The client that the present login was made with. */
async function clientOfLogin({ notice }: Session): Promise<DriveClient> {
  const { readLogin, tokenPath } = await import('../../storage/token-file');
  const { clientOf } = await import('../../assembly/drive-login');
  const login = await readLogin(tokenPath(process.env, homedir()), notice);
  if (login === null) return clientOf(undefined);
  const { clientId, clientSecret } = login;
  return { clientId, ...(clientSecret === undefined ? {} : { clientSecret }) };
}

/** The answer; no where nobody can answer. */
async function asked(question: string): Promise<boolean> {
  try {
    return await confirm(question);
  } catch (error) {
    if (isUserError(error) && error.code === 'no-input') return false;
    throw error;
  }
}
