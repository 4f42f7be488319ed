/** What `npm run test:notebooks` runs under each kernel, in order; a run sees what those before it have left. */

export interface NotebookRun {
  readonly notebook: string;
  readonly fields: Readonly<Record<string, string>>;
  /** ids of cells that are left out, as their texts say: step 2-A stands for steps 2 and 4 */
  readonly without?: readonly string[];
  /** text that the outputs must hold: a cell that skipped its work fails the run */
  readonly says: readonly string[];
  /** paths below the run's home that must be there afterwards, and not older than the run */
  readonly writes: readonly RegExp[];
  /** interrupt the training after its first step; under our kernel only: nbconvert has no such button */
  readonly interrupted?: boolean;
  /** on a machine that has the Drive and nothing else */
  readonly otherMachine?: boolean;
}

/** Steps of the second language and of everything that is run twice. */
const FEW = '50';

const drive = 'data/diff-svc/drive';
const voice = {
  singer_name: 'test voice',
  voice_of: 'nobody: computed',
  save_dir: '/content/drive/MyDrive/diff-svc/<singer_name>',
};
const sung = {
  project_name: 'alice',
  model_path: '/content/drive/Mydrive/diff-svc/test_voice',
  audio_location: 'songs',
  pndm_speedup: FEW,
};
const checkpoint = (step: number): RegExp =>
  new RegExp(`^${drive}/diff-svc/test_voice/model_ckpt_steps_${step}\\.ckpt$`);
const release = new RegExp(`^${drive}/Diff-SVC_release/test_voice_\\w+\\.zip$`);
const songs = (folder: string): RegExp[] => [
  new RegExp(`^${folder}/batch_results/one_alice\\.wav$`),
  new RegExp(`^${folder}/batch_results/둘_alice\\.wav$`),
];
const report = (folder: string): RegExp => new RegExp(`^${folder}/quickstart/report\\.html$`);

export const runs: readonly NotebookRun[] = [
  {
    notebook: 'notebooks/train.ipynb',
    fields: { ...voice, local_zip: '../recordings.zip', max_steps: '20', checkpoint_interval: '10' },
    says: [
      'Stored at diff-svc/test_voice/test_voice.zip',
      'Finished at step 20',
      'Packed model_ckpt_steps_20.ckpt',
    ],
    writes: [
      new RegExp(`^${drive}/diff-svc/test_voice/test_voice\\.zip$`),
      new RegExp(`^${drive}/diff-svc/data/test_voice/test_voice\\.zip$`),
      new RegExp(`^${drive}/diff-svc/data/test_voice/config\\.yaml$`),
      checkpoint(10),
      checkpoint(20),
      release,
    ],
  },
  {
    notebook: 'notebooks/ko/train.ipynb',
    fields: {
      singer_name: 'test voice',
      save_dir: voice.save_dir,
      max_steps: FEW,
      checkpoint_interval: '25',
      resume_training_from_ckpt: 'true',
    },
    without: ['upload-dataset', 'step-2', 'step-4'],
    says: ['클립 3개가 준비되었습니다', 'from step 20', `${FEW} 스텝에서 끝났습니다`, '묶었습니다'],
    writes: [/^data\/diff-svc\/datasets\/test_voice\/dataset\.json$/, checkpoint(Number(FEW)), release],
    otherMachine: true,
  },
  {
    notebook: 'notebooks/train.ipynb',
    fields: {
      ...voice,
      max_steps: '40000',
      checkpoint_interval: '1000',
      resume_training_from_ckpt: 'true',
    },
    says: ['Interrupted at step'],
    writes: [new RegExp(`^${drive}/diff-svc/test_voice/model_ckpt_steps_\\d+\\.ckpt$`)],
    interrupted: true,
    otherMachine: true,
  },
  {
    notebook: 'notebooks/inference.ipynb',
    fields: sung,
    says: ['2 of 3 songs', 'expected a RIFF/WAVE file', '2 songs are in Diff-SVC-RESULTS/results.zip'],
    writes: [...songs('notebooks'), new RegExp(`^${drive}/Diff-SVC-RESULTS/results\\.zip$`)],
  },
  {
    notebook: 'notebooks/ko/inference.ipynb',
    fields: { ...sung, zip_exp_name: '결과' },
    says: ['3곡 중 2곡', '노래 2곡을', 'Diff-SVC-RESULTS/결과.zip'],
    writes: [...songs('notebooks/ko'), new RegExp(`^${drive}/Diff-SVC-RESULTS/결과\\.zip$`)],
  },
  {
    notebook: 'notebooks/quickstart.ipynb',
    fields: {},
    says: ['has learnt 800 steps', '5 of 5 comparisons hold', 'report.html'],
    writes: [report('notebooks')],
  },
  {
    notebook: 'notebooks/ko/quickstart.ipynb',
    fields: { steps: FEW },
    says: [`${FEW}단계 배웠습니다`, '비교', 'report.html'],
    writes: [report('notebooks/ko')],
  },
];
