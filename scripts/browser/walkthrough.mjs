// The story, told by a person in JupyterLab: a voice is trained on one machine, which is lost, and goes on on another.
import { until } from './notebook-page.mjs';

export const SINGER = 'Shiki';
/** Twelve saves with the one of the interrupt; the small preset needs seconds for twenty steps. */
export const PLAN = { interval: 20, maxSteps: 220, keep: 10 };

const SAVE_DIR = `/content/drive/Mydrive/diff-svc/${SINGER}`;
const parameters = {
  checkpoint_interval: String(PLAN.interval),
  save_dir: SAVE_DIR,
  max_steps: String(PLAN.maxSteps),
};

/** Step of the last "... step N" that the cell said when it was interrupted. */
function savedStep(text) {
  const found = /Interrupted at step (\d+)\.[\s\S]*?Saved: model_ckpt_steps_(\d+)\.ckpt/.exec(text);
  if (found === null) throw new Error(`Expected the cell to say what it saved:\n${text}`);
  return Number(found[2]);
}

/** Checkpoints on the Drive: steps of those in the folder, and of those in the trash. */
export async function checkpointsOn(google) {
  const items = await google.admin.items();
  const steps = (trashed) =>
    items
      .filter((item) => item.trashed === trashed && /^model_ckpt_steps_\d+\.ckpt$/.test(item.name))
      .map(({ name }) => Number(/\d+/.exec(name)[0]))
      .sort((a, b) => a - b);
  return { kept: steps(false), trashed: steps(true) };
}

/** First machine: the form, the zip on Drive, training, the stop button, a kernel that is killed. */
export async function firstMachine({ person, killKernel, google, check, picture }) {
  await picture('1-opened');
  await person.run('check-gpu');
  check('the Drive is found', (await person.run('mount-drive')).includes('Using Google Drive'));
  await person.run('step-1');
  await person.fill('step-2', { singer_name: SINGER, voice_of: 'nobody: computed for this test' });
  const report = await person.run('step-2');
  check('the zip is found on Drive', /Clips\s+3/.test(report));
  await person.show('step-2', '2-dataset');
  await person.fill('step-3', parameters);
  const plan = await person.run('step-3');
  check('the plan has the saves', plan.includes(String(PLAN.maxSteps)) && /fits/.test(plan));
  await person.show('step-3', '3-plan');
  await person.run('step-4');
  await person.run('step-5-0');
  let saved = 0;
  // A stop that falls onto a planned save would make one save fewer.
  for (let wanted = 25; saved % PLAN.interval === 0; wanted = saved + 3) saved = await stopAt(person, wanted);
  check('it said what was saved', saved >= 25);
  await person.show('step-5', '4-interrupted');
  await killedWhileTraining({ person, killKernel, google, picture }, saved);
  return saved;
}

/** Starts step 5, presses the square when the bar is at `wanted`; returns the step that was saved. */
async function stopAt(person, wanted) {
  await person.press('step-5');
  await until(`step ${wanted}`, async () => ((await person.bar('step-5', 'train')) ?? 0) >= wanted || null, {
    timeoutMs: 120_000,
  });
  await person.interrupt();
  await until('the end of the cell', async () => !(await person.isRunning('step-5')) || null, {
    timeoutMs: 60_000,
  });
  return savedStep(await person.output('step-5'));
}

/** Goes on, and loses the kernel when one more planned save is on Drive. */
async function killedWhileTraining({ person, killKernel, google, picture }, saved) {
  await person.press('step-5');
  const next = (Math.floor(saved / PLAN.interval) + 2) * PLAN.interval;
  await until(
    `the save of step ${next} on Drive`,
    async () => (await checkpointsOn(google)).kept.includes(next) || null,
    { timeoutMs: 180_000 },
  );
  await person.show('step-5', '5-training');
  await killKernel();
  await person.page.waitForTimeout(3000);
  await picture('6-killed');
}

/** Second machine: nothing but the Drive. Ticks resume_training_from_ckpt and trains to the end. */
export async function secondMachine({ person, check }) {
  await person.run('mount-drive');
  await person.fill('step-2a', { singer_name: SINGER });
  const data = await person.run('step-2a');
  check('the features come from Drive', data.includes('3 clips with their features are ready'));
  await person.fill('step-3', { ...parameters, resume_training_from_ckpt: true });
  await person.run('step-3');
  await person.show('step-3', '7-resume');
  const said = await person.run('step-5', { timeoutMs: 400_000 });
  check('it says where it goes on', /Going on from step \d+/.test(said));
  check('nothing is said against exactness', !said.includes('not bit for bit'));
  check('it ends', said.includes(`Finished at step ${PLAN.maxSteps}`));
  await person.show('step-5', '8-resumed');
  await person.run('step-6');
  await person.show('step-6', '9-package');
  return Number(/Going on from step (\d+)/.exec(said)?.[1]);
}

/** inference.ipynb on the second machine: a folder of three songs, one broken. */
export async function sing({ person, songs, check }) {
  await person.run('mount-drive');
  await person.run('install');
  await person.fill('load-model', { project_name: SINGER, model_path: SAVE_DIR });
  await person.run('load-model');
  await person.fill('import-audio', { audio_location: songs });
  await person.run('import-audio');
  await person.fill('convert', { pndm_speedup: '50', key: '2' });
  const said = await person.run('convert', { timeoutMs: 300_000 });
  check('two of three songs', said.includes('2 of 3 songs'));
  check('why one failed', said.includes('RIFF/WAVE'));
  await person.show('convert', '10-converted');
  const end = person.page.locator('.jp-Cell:has(.dsvc-form[aria-label^="Input audio"]) .jp-OutputArea-child');
  await end.last().scrollIntoViewIfNeeded();
  await person.fill('zip', { zip_exp_name: 'first songs' });
  const zip = await person.run('zip');
  check('zipped to Drive', zip.includes('2 songs are in Diff-SVC-RESULTS/first songs.zip'));
  await person.show('zip', '11-zipped');
}
