// The notebooks that the browser tests open.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Writes a notebook for our kernel with these cells. */
export async function writeNotebook(folder, file, sources) {
  const cells = sources.map((source, i) => ({
    cell_type: 'code',
    id: `cell-${i}`,
    metadata: {},
    source,
    outputs: [],
    execution_count: null,
  }));
  const metadata = {
    kernelspec: { name: 'diff-svc', display_name: 'TypeScript (Diff-SVC)', language: 'typescript' },
    language_info: { name: 'typescript', file_extension: '.ts', mimetype: 'text/typescript' },
  };
  await writeFile(join(folder, file), JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 5 }));
}

export const formCells = [
  `// #@title Step 3: Edit training parameters
// #@markdown What the training does. **Checkpoints** go to \`save_dir\`.
const singer_name = "Unnamed"; // #@param {type:"string", placeholder:"a name"}
const save_dir = ""; // #@param {type:"string"}
// #@markdown ---
const use_crepe = true; // #@param {type:"boolean"}
const checkpoint_interval = 2000; // #@param {type:"integer"}
const pretrain_model_select = "nyaru"; // #@param ["nyaru", "nehito", "custom"]
const noise = 30; // #@param {type:"slider", min:0, max:100}
console.log('RUN', singer_name, save_dir, use_crepe, checkpoint_interval, pretrain_model_select, noise);`,
  `console.log('NEXT', singer_name);`,
  `// #@title Check the folders { display-mode: "form" }
import { checkFields, existingFile, writableFolder } from 'diff-svc/notebook';
const out_dir = "/proc/nothing/here"; // #@param {type:"string"}
const ckpt_directory = "missing.ckpt"; // #@param {type:"string"}
await checkFields({ out_dir: writableFolder(out_dir), ckpt_directory: existingFile(ckpt_directory, '.ckpt') });
console.log('not reached');`,
  `// #@title Speed { run: "auto" }
const speed = 10; // #@param {type:"slider", min:1, max:100}
console.log('SPEED', speed);`,
];

export const progressCells = [
  `import { audio, createChart, createNotebookProgress } from 'diff-svc/notebook';
const total = 60;
const bar = createNotebookProgress();
const chart = createChart({ title: 'Loss', xLabel: 'step' });
for (let step = 0; step <= total; step++) {
  bar.report({ label: 'training', done: step, total, unit: 'steps', note: 'loss ' + (1 / (step + 1)).toFixed(3) });
  chart.add('loss', step, 1 / (step + 1));
  await new Promise((resolve) => setTimeout(resolve, 200));
}
bar.close();
chart.close();
console.log('trained');`,
  `let step = 0;
try {
  for (; ; step++) {
    if (step === 3) console.log('training');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
} finally {
  console.log('saved checkpoint at step', step);
}`,
  `console.log('still here', step > 0);`,
  `const samples = Float32Array.from({ length: 22050 }, (_, i) => 0.3 * Math.sin((2 * Math.PI * 440 * i) / 22050));
audio({ samples, sampleRate: 22050 }, 'A4, one second');`,
  `import { spectrogram, table } from 'diff-svc/notebook';
const glide = Float32Array.from({ length: 88200 }, (_, i) => {
  let y = 0;
  for (let h = 1; h <= 12; h++) y += Math.sin(2 * Math.PI * h * (220 * (i / 44100) + 40 * (i / 44100) ** 2)) / h;
  return 0.2 * y;
});
await spectrogram({ 'A glide': { samples: glide, sampleRate: 44100 } });
table([{ singer: '시키', minutes: 61.25, clips: 412 }, { singer: 'slt', minutes: 8.5, clips: 77 }]);`,
];

const trainer = `
const { renameSync, writeFileSync } = require('node:fs');
let done = 0;
setInterval(() => {
  writeFileSync(process.env.DIFF_SVC_JOB + '/next', JSON.stringify({ done: ++done, total: 100 }));
  renameSync(process.env.DIFF_SVC_JOB + '/next', process.env.DIFF_SVC_JOB + '/progress.json');
  if (done === 100) process.exit(0);
}, 200);`;

export const jobCells = [
  `import { startJob, watchJob } from 'diff-svc/notebook';
await startJob({ folder: 'job', argv: [process.execPath, '-e', ${JSON.stringify(trainer)}] });
await watchJob('job', { label: 'training' });`,
  `import { watchJob } from 'diff-svc/notebook';
const last = await watchJob('job', { label: 'training' });
console.log('JOB', last.status, last.exitCode);`,
];
