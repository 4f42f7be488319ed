// A person in front of a long notebook: scrolls to a cell, fills in its form, presses its buttons, reads what it says.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from './notebook-page.mjs';

const PANEL = '.jp-NotebookPanel:not(.lm-mod-hidden)';

/** Ids of a notebook's cells in their order. */
function idsOf(path) {
  return JSON.parse(readFileSync(path, 'utf8')).cells.map(({ id }) => id);
}

/**
 * Opens `file` (path below `folder`, which the server serves) and returns what a person can do there. Cells have the ids of
 * the file. `picture(label)` is called with the page as it is.
 */
export async function sitDown(page, server, file, folder, picture) {
  const ids = idsOf(join(folder, file));
  await page.goto(server.address(file));
  await page.locator(`${PANEL} .jp-Cell`).first().waitFor({ timeout: 90_000 });
  await kernelIsUp(page, server, file);
  const cell = (id) =>
    page.locator(`${PANEL} .jp-Cell[data-windowed-list-index="${ids.indexOf(id)}"]`).first();
  const form = (id) => cell(id).locator('.dsvc-form');

  /** Cells that are far from the window are not in the page: scrolls until this one is. */
  const goTo = async (id) => {
    if (!ids.includes(id)) throw new Error(`${file} has no cell ${id}`);
    const window = page.locator(`${PANEL} .jp-WindowedPanel-outer, ${PANEL} .jp-Notebook`).first();
    for (let tries = 0; (await cell(id).count()) === 0 && tries < 60; tries++) {
      const shown = await page.locator(`${PANEL} .jp-Cell[data-windowed-list-index]`).first();
      const first = Number(await shown.getAttribute('data-windowed-list-index'));
      await window.hover();
      await page.mouse.wheel(0, first > ids.indexOf(id) ? -500 : 500);
      await page.waitForTimeout(100);
    }
    await cell(id).scrollIntoViewIfNeeded();
    return cell(id);
  };

  return {
    page,
    goTo,
    ids,
    /** Types values into the form, as texts; true and false tick boxes. */
    fill: async (id, values) => {
      await goTo(id);
      await form(id).waitFor();
      for (const [name, value] of Object.entries(values)) {
        const field = form(id).locator(`[data-name="${name}"]`);
        if (typeof value === 'boolean') await field.setChecked(value);
        else if ((await field.evaluate((node) => node.tagName)) === 'SELECT') await field.selectOption(value);
        else await field.fill(value);
      }
    },
    press: async (id) => {
      await goTo(id);
      await form(id).locator('.dsvc-run').click();
    },
    output: async (id) => {
      await goTo(id);
      return (await cell(id).locator('.jp-OutputArea-output').allInnerTexts()).join('\n');
    },
    /** Presses run and waits for the end; returns what the cell says. @throws Error with that if the cell failed */
    run: async (id, { timeoutMs = 120_000 } = {}) => {
      await goTo(id);
      const before = await countOf(cell(id));
      await form(id).locator('.dsvc-run').click();
      await until(
        `the end of ${id}`,
        async () => /\[\d+\]/.test(await countOf(cell(id))) && (await countOf(cell(id))) !== before,
        { timeoutMs },
      );
      const texts = await cell(id).locator('.jp-OutputArea-output').allInnerTexts();
      const failed = await cell(id)
        .locator('.jp-RenderedText[data-mime-type="application/vnd.jupyter.error"]')
        .count();
      if (failed > 0) throw new Error(`The cell ${id} failed:\n${texts.join('\n')}`);
      return texts.join('\n');
    },
    /** how far the newest bar with this label is; null without one */
    bar: async (id, label) => {
      await goTo(id);
      const bars = cell(id).locator(`.dsvc-progress [role=progressbar][aria-label="${label}"]`);
      return (await bars.count()) === 0 ? null : Number(await bars.last().getAttribute('aria-valuenow'));
    },
    isRunning: async (id) => (await countOf(await goTo(id))).includes('*'),
    interrupt: () => page.locator('[data-command="notebook:interrupt-kernel"]').first().click(),
    restart: async () => {
      await page.locator('[data-command="notebook:restart-kernel"]').first().click();
      await page.locator('.jp-Dialog button', { hasText: 'Restart' }).click();
    },
    isUp: () => kernelIsUp(page, server, file),
    kernelId: async () => (await sessionOf(server, file))?.kernel.id,
    save: async () => {
      await page.keyboard.press('Control+s');
      await page.waitForTimeout(500);
    },
    /** the cell at the top of the window, then the picture */
    show: async (id, label) => {
      await goTo(id);
      await cell(id).evaluate((node) => node.scrollIntoView({ block: 'start' }));
      await page.waitForTimeout(400);
      await picture(label);
    },
  };
}

const countOf = async (cell) => (await cell.locator('.jp-InputPrompt').first().textContent()) ?? '';

async function sessionOf(server, file) {
  const sessions = await fetch(`${server.base}/api/sessions`).then((reply) => reply.json());
  return sessions.find(({ path }) => path === file);
}

async function kernelIsUp(page, server, file) {
  const isUp = async () => {
    const kernel = (await sessionOf(server, file))?.kernel;
    return (kernel?.connections > 0 && ['idle', 'busy'].includes(kernel.execution_state)) || null;
  };
  await until('a kernel', isUp, { timeoutMs: 90_000 });
  await page.waitForTimeout(1500);
}
