// A machine of the walk-through: a copy of the repository's folder, a home folder with nothing in it, its own Jupyter.
import { spawn } from 'node:child_process';
import { cp, mkdir, symlink } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { cacheFolder } from './cache.mjs';
import { startJupyter } from './jupyter.mjs';

const NOT_COPIED = new Set(['node_modules', '.git', '.ci']);

/** Files as a clone after `npm run setup` has them; packages are the same for all machines, as is what set-up fetched. */
async function copyRepository(root, folder) {
  const filter = (path) => !NOT_COPIED.has(relative(root, path).split(sep)[0]);
  await cp(root, folder, { recursive: true, filter });
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
}

/**
 * Makes the machine `name` below `work`, with what README says to do there: the kernel installed, the Drive logged in to.
 * `google` is the emulator. Returns `{ folder, home, env, command, server, stop }`.
 */
export async function startMachine(name, { root, work, venv, google }) {
  const folder = join(work, name, 'diff-svc');
  const home = join(work, name, 'home');
  await mkdir(home, { recursive: true });
  await copyRepository(root, folder);
  const { clientId, clientSecret } = await google.admin.grant({ scopes: [] });
  const env = {
    ...withoutPlaces(process.env),
    HOME: home,
    DIFF_SVC_CACHE: cacheFolder(),
    DIFF_SVC_PRESET: 'demo',
    DIFF_SVC_GOOGLE_ROOT: google.admin.url,
    DIFF_SVC_CLIENT_ID: clientId,
    DIFF_SVC_CLIENT_SECRET: clientSecret,
  };
  const command = (args, onText) => runCommand(folder, env, args, onText);
  await command(['kernel', 'install']);
  // The page of the login is the emulator's, and whoever opens it agrees.
  await command(['drive', 'login', '--scope', 'drive.readonly'], (text) => {
    const address = /http\S+/.exec(text)?.[0];
    if (address !== undefined) void fetch(address).catch(() => undefined);
  });
  const server = await startJupyter({ venv, app: 'lab', folder, home, env });
  return { folder, home, env, command, server, stop: server.stop };
}

/** Folders that the person's own environment names would be shared by all machines. */
function withoutPlaces(env) {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^(XDG_|JUPYTER|DIFF_SVC_|GOOGLE_)/.test(name)),
  );
}

function runCommand(folder, env, args, onText = () => undefined) {
  const child = spawn(process.execPath, [join(folder, 'bin/diff-svc.mjs'), ...args], { cwd: folder, env });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      text += chunk;
      onText(String(chunk));
    });
  }
  return new Promise((resolve, reject) => {
    child.on('close', (code) => {
      if (code === 0) resolve(text);
      else reject(new Error(`diff-svc ${args.join(' ')} ended with ${code}:\n${text}`));
    });
  });
}
