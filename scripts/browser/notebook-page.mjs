// A notebook as a person uses it: run cells, type, look at what is there.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const cellsOf = (page) => page.locator('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook .jp-Cell');

/** Waits for `check` to give something else than false, null or undefined; names what it waited for if it never does. */
export async function until(what, check, { timeoutMs = 20_000 } = {}) {
  const started = Date.now();
  for (let last; ; ) {
    last = await check();
    if (last !== false && last !== null && last !== undefined) return last;
    if (Date.now() - started > timeoutMs) throw new Error(`Waited ${timeoutMs} ms for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Opens the notebook `file` of the server in the page and waits for its kernel. */
export async function openNotebook(page, server, file, folder) {
  await page.goto(server.address(file));
  return attach(page, server, file, folder);
}

/** The same page after a reload. */
export async function reloadNotebook({ page, server, file, folder }) {
  await page.reload();
  return attach(page, server, file, folder);
}

async function attach(page, server, file, folder) {
  await cellsOf(page).first().waitFor({ timeout: 60_000 });
  await kernelIsUp(page, server, file);
  return notebook(page, server, file, folder);
}

/** Before the page is connected to its kernel, JupyterLab takes a cell to run and drops it. */
async function kernelIsUp(page, server, file) {
  const isUp = async () => {
    const sessions = await fetch(`${server.base}/api/sessions`).then((reply) => reply.json());
    const kernel = sessions.find(({ path }) => path === file)?.kernel;
    return (kernel?.connections > 0 && ['idle', 'busy'].includes(kernel.execution_state)) || null;
  };
  await until('a kernel', isUp, { timeoutMs: 60_000 });
  await page.waitForTimeout(1000);
}

function notebook(page, server, file, folder) {
  const cell = (index) => cellsOf(page).nth(index);
  const focus = async (index) => {
    const editor = cell(index).locator('.cm-content');
    if (await editor.isVisible()) await editor.click();
    else await cell(index).locator('.dsvc-title').click();
  };
  return {
    ...{ page, server, file, folder },
    /** waits for the kernel, e.g. after a restart */
    isUp: () => kernelIsUp(page, server, file),
    cell,
    form: (index) => cell(index).locator('.dsvc-form'),
    field: (index, name) => cell(index).locator(`.dsvc-form [data-name="${name}"]`),
    output: async (index) => (await cell(index).locator('.jp-OutputArea-output').allInnerTexts()).join('\n'),
    source: async (index) => (await cell(index).locator('.cm-line').allTextContents()).join('\n'),
    count: (index) => cell(index).locator('.jp-InputPrompt').first().textContent(),
    run: async (index) => {
      await focus(index);
      await page.keyboard.press('Control+Enter');
    },
    /** Puts the caret behind `text` in the code and types. */
    typeBehind: async (index, text, typed) => {
      const editor = cell(index).locator('.cm-content');
      await editor.click();
      const lines = (await cell(index).locator('.cm-line').allTextContents()).entries();
      const [row, line] = [...lines].find(([, content]) => content.includes(text));
      await page.keyboard.press('Control+Home');
      for (let i = 0; i < row; i++) await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Home');
      for (let i = 0; i < line.indexOf(text) + text.length; i++) await page.keyboard.press('ArrowRight');
      for (const part of typed)
        await (part.length > 1 ? page.keyboard.press(part) : page.keyboard.type(part));
    },
    save: async () => {
      await page.keyboard.press('Control+s');
      await page.waitForTimeout(300);
    },
    /** the saved file's text */
    saved: () => readFileSync(join(folder, file), 'utf8'),
    toolbar: (command) =>
      page.locator(`[data-command="${command}"], jp-button[data-command="${command}"]`).first().click(),
  };
}
