/**
 * The notebooks for Google Colab, which knows neither our kernel nor our program: a first cell that fetches both. Plan A
 * runs on our kernel after one reload of the page; plan B is a Python notebook whose `%%ts` cells go to our kernel
 * (scripts/colab/diff_svc_bridge.py).
 */
import { join } from 'node:path';
import { cellCode, type FileCell, fileText, kernelMetadata, type Language, magicCode } from './cell-code';
import type { CellSource, NotebookSource, Text } from './source';

/** Where `git clone` gets this project. Empty until its owner has published it: the first cell then says so. */
const repository = '';

export type ColabPlan = 'kernel' | 'python';

const nothing: Text = {
  en: 'The address of Diff-SVC is not set: put the address of its git repository into the field above, and run this cell again.',
  ko: 'Diff-SVC의 주소가 비어 있습니다. 위 칸에 git 저장소 주소를 넣고 이 셀을 다시 실행하세요.',
};

const title: Text = { en: 'Set up', ko: 'Set up (준비)' };
const notes: Readonly<Record<ColabPlan, Text>> = {
  kernel: {
    en: 'Run this first, in every new session. Then reload the page once (F5): the cells below run on TypeScript from then on.',
    ko: '새 세션마다 이 셀을 먼저 실행하세요. 끝나면 페이지를 한 번 새로 고치세요(F5). 그 뒤로 아래 셀이 TypeScript로 실행됩니다.',
  },
  python: {
    en: 'Run this first, in every new session. No reload is needed.',
    ko: '새 세션마다 이 셀을 먼저 실행하세요. 페이지를 새로 고칠 필요는 없습니다.',
  },
};

/** Reads alike in Python and in our kernel: a bare form field, then one shell line. */
function setUpCell(plan: ColabPlan, language: Language): FileCell {
  const fetch = 'test -d diff-svc || git clone --quiet --depth 1 "{repository}" diff-svc';
  const text = [
    `#@title ${title[language]} { display-mode: "form" }`,
    `#@markdown ${notes[plan][language]}`,
    `repository = ${JSON.stringify(repository)} #@param {type:"string"}`,
    `!if [ ! -d diff-svc ] && [ -z "{repository}" ]; then echo "${nothing[language]}"; else (${fetch}) && bash diff-svc/scripts/colab/set-up.sh ${plan} ${language}; fi`,
    ...(plan === 'kernel' ? [] : ['import sys', 'sys.path.insert(0, "diff-svc/scripts/colab")']),
    ...(plan === 'kernel' ? [] : ['%load_ext diff_svc_bridge']),
  ].join('\n');
  return { id: 'colab-set-up', kind: 'code', text };
}

const driveTitle: Text = {
  en: 'Connect Google Drive (Colab asks for permission)',
  ko: '구글 드라이브 연결 (Colab이 권한을 묻습니다)',
};

/** Colab's own mounting; our cells then find the Drive as a folder. */
function driveCell(plan: ColabPlan, language: Language): FileCell {
  const lines =
    plan === 'kernel'
      ? [
          `// #@title ${driveTitle[language]}`,
          "import { drive } from 'diff-svc/notebook';",
          'await drive.mount();',
        ]
      : [`#@title ${driveTitle[language]}`, 'from diff_svc_bridge import mount_drive', 'mount_drive()'];
  return { id: 'colab-drive', kind: 'code', text: lines.join('\n') };
}

function cellsOf(cell: CellSource, plan: ColabPlan, language: Language): FileCell[] {
  const { id, kind } = cell;
  if (cell.kind === 'markdown') return [{ id, kind, text: cell.text[language] }];
  const text = plan === 'kernel' ? cellCode(cell, language) : magicCode(cell, language);
  const drive = cell.call === 'mountGoogleDrive' ? [driveCell(plan, language)] : [];
  return [...drive, { id, kind, text }];
}

/** The text of a notebook for Colab: the introduction, the set-up cell, then the cells of `notebook`. */
export function colabText(notebook: NotebookSource, plan: ColabPlan, language: Language): string {
  const [intro = [], ...rest] = notebook.cells.map((cell) => cellsOf(cell, plan, language));
  const metadata =
    plan === 'kernel'
      ? kernelMetadata(language)
      : {
          kernelspec: { display_name: 'Python 3', language: 'python', name: 'python3' },
          language_info: { name: 'python' },
          diff_svc: { language },
        };
  return fileText([...intro, setUpCell(plan, language), ...rest.flat()], metadata);
}

/** Where it lies, from the repository's root. */
export function colabPath({ name }: NotebookSource, plan: ColabPlan, language: Language): string {
  const folder = plan === 'kernel' ? 'colab' : 'colab-python';
  return join('notebooks', folder, language === 'en' ? '' : language, `${name}.ipynb`);
}
