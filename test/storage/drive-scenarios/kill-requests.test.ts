import { it } from 'vitest';
import { countPoints, killAtEach } from './kill-points';

it('5. SIGKILL at every request, before it is applied and before its answer arrives → rerun: A–D', async () => {
  const { requests } = await countPoints();
  const numbers = Array.from({ length: requests }, (_, i) => i + 1);
  await killAtEach(
    numbers.flatMap((n) =>
      (['before', 'after'] as const).map((when) => ({
        label: `request ${n}, ${when}`,
        job: {},
        request: { n, when },
      })),
    ),
  );
}, 600_000);
