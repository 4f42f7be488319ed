// What must hold in a real browser. Each scenario gets `{ open, check, picture }` and throws where something does not.

import { reloadNotebook, until } from './notebook-page.mjs';
import { formCells, jobCells, progressCells } from './notebooks.mjs';

const includes = (text, part) => (text.includes(part) ? text : null);

/** The form is there before the first run, edits the literal, and the saved notebook has it. */
async function formBeforeRun({ open, check, picture }) {
  const nb = await open('form.ipynb', formCells);
  await nb.form(0).waitFor();
  check('no cell has run', (await nb.count(0)).trim() === '[ ]:');
  await picture('form-before-run');
  await nb.field(0, 'singer_name').fill('시키 "x" // y');
  await nb.field(0, 'use_crepe').focus();
  // the notebook's shortcut for deleting a cell
  await nb.page.keyboard.press('d');
  await nb.page.keyboard.press('d');
  await nb.page.keyboard.press('Space');
  check('cells are all there', (await nb.page.locator('.jp-Cell').count()) >= formCells.length);
  await nb.field(0, 'pretrain_model_select').selectOption('custom');
  await nb.field(0, 'checkpoint_interval').fill('500');
  await nb.field(0, 'noise').focus();
  await nb.page.keyboard.press('ArrowRight');
  const source = await nb.source(0);
  check('the literal follows', source.includes(String.raw`singer_name = "시키 \"x\" // y";`));
  check(
    'all literals follow',
    /use_crepe = false;[\s\S]*interval = 500;[\s\S]*"custom";[\s\S]*noise = 31;/.test(source),
  );
  await nb.page.keyboard.press('Control+s');
  await until('the saved notebook', () => nb.saved().includes('시키') || null);
  await nb.field(0, 'singer_name').press('Control+Enter');
  const printed = await until('the run', async () => includes(await nb.output(0), 'RUN'));
  check('the run has the values', printed.includes('RUN 시키 "x" // y  false 500 custom 31'));
  check('no second form', (await nb.cell(0).locator('.widget-vbox, .jupyter-widgets').count()) === 0);
  await nb.run(1);
  await until('the next cell', async () => includes(await nb.output(1), 'NEXT 시키'));
  await picture('form-after-run');
}

/** A literal typed in the code shows in the form and wins. */
async function handTypedWins({ open, check }) {
  const nb = await open('hand.ipynb', formCells);
  await nb.field(0, 'singer_name').fill('typed in the form');
  await nb.typeBehind(0, 'singer_name = "', ['b', 'y', ' ', 'h', 'a', 'n', 'd', ' ']);
  await until(
    'the form shows it',
    async () => (await nb.field(0, 'singer_name').inputValue()) === 'by hand typed in the form' || null,
  );
  await nb.run(0);
  const printed = await until('the run', async () => includes(await nb.output(0), 'RUN'));
  check('the literal is what runs', printed.includes('RUN by hand typed in the form'));
}

/** Values that cannot work are marked at their fields; the picker finds another; run: auto runs again. */
async function checksAndPicker({ open, check, picture }) {
  const nb = await open('checks.ipynb', formCells);
  await nb.form(2).waitFor();
  check('code is hidden', !(await nb.cell(2).locator('.cm-content').isVisible()));
  await nb.form(2).locator('.dsvc-run').click();
  await until('marks', async () => (await nb.form(2).locator('[aria-invalid="true"]').count()) === 2 || null);
  check('the cell says why', (await nb.output(2)).includes('there is no file missing.ckpt'));
  await picture('checks');
  await nb.form(2).getByRole('button', { name: 'Choose a folder for out_dir' }).click();
  const dialog = nb.page.locator('dialog.dsvc-picker');
  await dialog.locator('.dsvc-entry').first().waitFor();
  await dialog.getByRole('button', { name: 'Notebook' }).click();
  await until(
    'the folder',
    async () => (await dialog.locator('.dsvc-entry', { hasText: 'checks.ipynb' }).count()) === 1 || null,
  );
  await picture('picker');
  await dialog.getByRole('button', { name: 'Take this path' }).click();
  await until('the path in the field', async () =>
    includes(await nb.field(2, 'out_dir').inputValue(), 'notebooks'),
  );
  await nb.run(3);
  await until('the first run', async () => includes(await nb.output(3), 'SPEED 10'));
  await nb.field(3, 'speed').fill('42');
  await until('run: auto', async () => includes(await nb.output(3), 'SPEED 42'));
}

/** A bar moves in place, is saved, and moves on after the page was reloaded in mid-run. */
async function barSurvivesReload({ open, check, picture }) {
  let nb = await open('bar.ipynb', progressCells);
  const bars = () => nb.cell(0).locator('.dsvc-progress');
  const done = async () =>
    Number(await bars().first().getByRole('progressbar').getAttribute('aria-valuenow'));
  await nb.run(0);
  await until('a bar', async () => (await bars().count()) === 1 || null);
  const first = await done();
  await until('the bar moves', async () => (await done()) > first + 5 || null);
  check('in place', (await bars().count()) === 1);
  await picture('bar');
  await nb.save();
  await until('the saved bar', () => nb.saved().includes('dsvc-progress') || null);
  nb = await reloadNotebook(nb);
  await until('the bar after the reload', async () => (await bars().count()) === 1 || null);
  const after = await done();
  check('the run is not over yet', after < 60);
  await until('the bar moves on', async () => (await done()) > after || null);
  await picture('bar-after-reload');
  await until('the end of the bar', async () => (await done()) === 60 || null, { timeoutMs: 30_000 });
  await until('text printed after the reload', async () => includes(await nb.output(0), 'trained'));
  await until('the count of the cell', async () => /\[\d+\]/.test(await nb.count(0)) || null);
  check('still one bar', (await bars().count()) === 1);
  await picture('bar-done');
}

/** The stop button of the toolbar ends a training-like loop, which says what it saved. */
async function interruptSaves({ open, check }) {
  const nb = await open('interrupt.ipynb', progressCells);
  await nb.run(1);
  await until('a running loop', async () => includes(await nb.output(1), 'training'));
  check('the cell is marked as running', (await nb.count(1)).includes('*'));
  const started = Date.now();
  await nb.toolbar('notebook:interrupt-kernel');
  await until('what was saved', async () => includes(await nb.output(1), 'saved checkpoint at step'), {
    timeoutMs: 2000,
  });
  check(`within 2 s (${Date.now() - started} ms)`, Date.now() - started < 2000);
  await nb.run(2);
  await until('the next cell', async () => includes(await nb.output(2), 'still here true'));
}

/** Sound, spectrogram and table are shown. */
async function showsMedia({ open, check, picture }) {
  const nb = await open('media.ipynb', [progressCells[0].split('\n')[0], ...progressCells.slice(3)]);
  await nb.run(0);
  await nb.run(1);
  const player = nb.cell(1).locator('audio');
  await player.waitFor();
  const seconds = await until('the sound is read', () => player.evaluate((audio) => audio.duration || null));
  check('it lasts a second', Math.abs(seconds - 1) < 0.05);
  await nb.run(2);
  await until('the table', async () => includes(await nb.output(2), '시키'));
  check('a spectrogram', (await nb.cell(2).locator('.jp-RenderedSVG, .jp-RenderedImage').count()) > 0);
  await picture('media');
}

/** Without the extension the kernel draws the form; what is typed there is in the next run and in the cell. */
async function kernelForm({ open, check, picture }) {
  const nb = await open('kernel-form.ipynb', formCells);
  check('no form of the extension', (await nb.cell(0).locator('.dsvc-form').count()) === 0);
  await nb.run(0);
  await until('the first run', async () => includes(await nb.output(0), 'RUN Unnamed'));
  const box = nb.cell(0).locator('.widget-vbox');
  await box.waitFor();
  const name = box.locator('input[type=text]').first();
  await name.fill('alice');
  await name.press('Enter');
  await box.locator('select').selectOption('custom');
  await picture('kernel-form');
  await nb.page.waitForTimeout(300);
  await nb.run(0);
  await until('the second run', async () => includes(await nb.output(0), 'RUN alice  true 2000 custom'));
  await until('the literal', async () => includes(await nb.source(0), 'singer_name = "alice"'));
  await box.locator('input[type=text]').first().fill('from the widget');
  await box.locator('input[type=text]').first().press('Enter');
  await nb.page.waitForTimeout(300);
  await nb.typeBehind(0, 'singer_name = "', ['b', 'y', ' ', 'h', 'a', 'n', 'd', ' ']);
  await nb.run(0);
  await until('the hand-typed literal', async () => includes(await nb.output(0), 'RUN by hand alice'));
}

/** A job goes on while the kernel is restarted; another cell finds it and follows it to its end. */
async function jobOutlivesKernel({ open, check, picture }) {
  const nb = await open('job.ipynb', jobCells);
  const done = async (cell) =>
    Number(
      await nb.cell(cell).locator('.dsvc-progress [role=progressbar]').first().getAttribute('aria-valuenow'),
    );
  await nb.run(0);
  await until('the job', async () => (await done(0)) > 5 || null);
  await nb.toolbar('notebook:restart-kernel');
  await nb.page.locator('.jp-Dialog button', { hasText: 'Restart' }).click();
  await nb.isUp();
  const before = await done(0);
  await nb.run(1);
  await until('the bar in the other cell', async () => (await done(1)) > before || null, {
    timeoutMs: 40_000,
  });
  await picture('job');
  const end = await until('its end', async () => includes(await nb.output(1), 'JOB'), { timeoutMs: 60_000 });
  check('it ended by itself', end.includes('JOB ended 0'));
  check('the whole bar', (await done(1)) === 100);
}

/** By name. */
export const scenarios = {
  formBeforeRun,
  handTypedWins,
  checksAndPicker,
  barSurvivesReload,
  interruptSaves,
  jobOutlivesKernel,
  showsMedia,
  kernelForm,
};
