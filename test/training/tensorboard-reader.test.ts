/**
 * TensorBoard's own reader on our event files. `TENSORBOARD_PYTHON` names a Python that has tensorboard; without
 * it, and without one in python3, the test is skipped and says so.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { encodeWav } from '../../lib/audio/wav';
import { heatMapPng } from '../../lib/pictures/heat-map';
import { openEventWriter } from '../../lib/training/tensorboard-events';

const python = process.env.TENSORBOARD_PYTHON ?? 'python3';
const there = spawnSync(python, ['-c', 'import tensorboard']).status === 0;
if (!there) process.stderr.write(`SKIPPED: ${python} has no tensorboard (set TENSORBOARD_PYTHON)\n`);

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

test.skipIf(!there)(
  'TensorBoard reads scalars, pictures and sounds as they were written',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'diff-svc-events-'));
    const samples = Float32Array.from({ length: 4410 }, (_, i) => 0.5 * Math.sin(i / 10));
    const wav = Buffer.from(encodeWav({ samples, sampleRate: 44100 }, '16'));
    const mel = { data: Float32Array.from({ length: 7 * 5 }, (_, i) => -i / 10), frames: 7, width: 5 };
    const png = heatMapPng(mel, { fromFrame: 0, toFrame: 7, bins: 5, quiet: -4, loud: 0 });

    const writer = await openEventWriter(folder, 1_700_000_000_000);
    writer.add(50, { loss: 0.5 }, 1_700_000_001_000);
    writer.add(300_000, { loss: 0.25, validation_loss: 0.375 }, 1_700_000_002_000);
    const values = {
      'validation/mel_sung': { png },
      'validation/audio_sung': { wav, sampleRate: 44100, length: 4410 },
    };
    writer.add(300_000, values, 1_700_000_003_000);

    const { status, stdout, stderr } = spawnSync(python, [join(__dirname, 'read_events.py'), folder]);
    expect(status, String(stderr)).toBe(0);
    expect(JSON.parse(String(stdout))).toEqual({
      scalars: {
        loss: [
          [50, 0.5],
          [300_000, 0.25],
        ],
        validation_loss: [[300_000, 0.375]],
      },
      images: { 'validation/mel_sung': [[300_000, 7, 5, sha256(png)]] },
      audio: { 'validation/audio_sung': [[300_000, 44100, 4410, 'audio/wav', sha256(wav)]] },
    });
  },
  60_000,
);
