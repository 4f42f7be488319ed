/** A front end to be killed: starts a kernel, gets it into an endless loop, prints the kernel's process id. */
import { JupyterClient } from '../support/jupyter-client';

void (async () => {
  const kernel = await JupyterClient.start({ watchParent: true });
  const id = kernel.start('console.log("on"); for (;;) Math.sqrt(2)');
  await kernel.wait(({ parentId, type }) => parentId === id && type === 'stream');
  process.stdout.write(`${kernel.child.pid}\n`);
})();
