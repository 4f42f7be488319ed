/** What `npm run test:notebooks` runs, in order; a run sees what those before it have left. */

export interface NotebookRun {
  readonly notebook: string;
  readonly fields: Readonly<Record<string, string>>;
  /** text that the outputs must hold: a cell that skipped its work fails the run */
  readonly says: readonly string[];
  /** interrupt the training after its first step */
  readonly interrupted?: boolean;
  /** on a machine that has the Drive and nothing else */
  readonly otherMachine?: boolean;
}

const voice = { singer_name: 'test voice', voice_of: 'nobody: computed', checkpoint_interval: '10' };

const sung = {
  project_name: 'alice',
  model_path: '/content/drive/Mydrive/diff-svc/test_voice',
  audio_location: 'songs',
  pndm_speedup: '50',
};

export const runs: readonly NotebookRun[] = [
  {
    notebook: 'notebooks/train.ipynb',
    fields: { ...voice, max_steps: '20' },
    says: ['Finished at step 20', 'Packed model_ckpt_steps_20.ckpt'],
  },
  {
    notebook: 'notebooks/train.ipynb',
    fields: { ...voice, max_steps: '4000', checkpoint_interval: '1000' },
    says: ['Interrupted at step'],
    interrupted: true,
  },
  {
    notebook: 'notebooks/ko/train.ipynb',
    fields: { ...voice, max_steps: '300', checkpoint_interval: '100', resume_training_from_ckpt: 'true' },
    says: ['스텝에서 끝났습니다', 'Going on from step'],
    otherMachine: true,
  },
  {
    notebook: 'notebooks/inference.ipynb',
    fields: sung,
    says: ['2 of 3 songs', 'expected a RIFF/WAVE file', '2 songs are in Diff-SVC-RESULTS/results.zip'],
  },
  {
    notebook: 'notebooks/ko/inference.ipynb',
    fields: { ...sung, zip_exp_name: '결과' },
    says: ['3곡 중 2곡', '노래 2곡을', 'Diff-SVC-RESULTS/결과.zip'],
  },
  {
    notebook: 'notebooks/quickstart.ipynb',
    fields: { steps: '50' },
    says: ['has learnt 50 steps', 'comparisons hold', 'report.html'],
  },
  {
    notebook: 'notebooks/ko/quickstart.ipynb',
    fields: { steps: '20' },
    says: ['20단계 배웠습니다', '비교', 'report.html'],
  },
];
