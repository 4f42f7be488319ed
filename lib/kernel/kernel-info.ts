/** Content of kernel_info_reply: what the kernel is and speaks. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROTOCOL_VERSION } from './wire';

/** @param typescript version of the compiler */
export function kernelInfo(): object {
  const packageFile = (...path: string[]): { version: string } =>
    JSON.parse(readFileSync(join(__dirname, '../..', ...path, 'package.json'), 'utf8')) as {
      version: string;
    };
  const { version } = packageFile();
  const typescript = packageFile('node_modules/typescript').version;
  return {
    status: 'ok',
    protocol_version: PROTOCOL_VERSION,
    implementation: 'diff-svc',
    implementation_version: version,
    banner: `TypeScript ${typescript} on Node ${process.versions.node} (Diff-SVC ${version})`,
    help_links: [{ text: 'TypeScript', url: 'https://www.typescriptlang.org/docs/' }],
    debugger: false,
    language_info: {
      name: 'typescript',
      version: typescript,
      mimetype: 'text/typescript',
      file_extension: '.ts',
      pygments_lexer: 'typescript',
      codemirror_mode: { mode: 'typescript', name: 'javascript', typescript: true },
      nbconvert_exporter: 'script',
    },
  };
}
