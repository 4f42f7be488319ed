/** The real SwiftF0 net, from PyPI: fetched once into the cache; null, said loudly, where that cannot be. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import AdmZip from 'adm-zip';
import { cacheFolder } from '../../lib/config/cache-folder';

const wheel = {
  name: 'swift_f0-0.3.0-py3-none-any.whl',
  sha256: 'd7240c7c94b1d3e8f0e0cd2701b79be89a0f23a19cd5f944895a6518ecad72f3',
};

/** Path of model.onnx, or null. */
export function swiftF0Model(): string | null {
  if (!hasRuntime()) {
    console.warn('SKIPPED: SwiftF0 needs the optional package onnxruntime-node, which is not installed');
    return null;
  }
  const folder = join(cacheFolder(process.env, homedir()), 'test', 'swift-f0-0.3.0');
  const path = join(folder, 'model.onnx');
  if (existsSync(path)) return path;
  const part = `${folder}.${process.pid}.part`;
  try {
    mkdirSync(part, { recursive: true });
    const args = [
      '-m',
      'pip',
      'download',
      '--no-deps',
      '--disable-pip-version-check',
      '--dest',
      part,
      'swift-f0==0.3.0',
    ];
    execFileSync('python3', args, { stdio: 'pipe', timeout: 60_000 });
    const bytes = readFileSync(join(part, wheel.name));
    const found = createHash('sha256').update(bytes).digest('hex');
    if (found !== wheel.sha256) throw new Error(`the wheel has SHA-256 ${found}`);
    writeFileSync(join(part, 'model.onnx'), new AdmZip(bytes).readFile('swift_f0/model.onnx')!);
    mkdirSync(join(folder, '..'), { recursive: true });
    renameSync(part, folder);
    return path;
  } catch (error) {
    console.warn(`SKIPPED: SwiftF0 could not be fetched: ${(error as Error).message.split('\n')[0]}`);
    return null;
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
}

function hasRuntime(): boolean {
  try {
    require.resolve('onnxruntime-node');
    return true;
  } catch {
    return false;
  }
}
