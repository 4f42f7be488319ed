import { it } from 'vitest';
import { countPoints, killAtEach } from './kill-points';

it('5. SIGKILL before every change of the local disk → rerun: A–D', async () => {
  const { changes } = await countPoints();
  const numbers = Array.from({ length: changes }, (_, i) => i + 1);
  await killAtEach(
    numbers.map((n) => ({ label: `change ${n} of the disk`, job: { killAtChange: n }, request: null })),
  );
}, 600_000);
