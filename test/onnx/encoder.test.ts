import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOnnxEncoder } from '../../lib/onnx/onnx-encoder';
import { loadOnnx, type OnnxSession } from '../../lib/onnx/session';

/** Made with numpy by make-nets.py. */
const expected = JSON.parse(readFileSync(join(__dirname, 'encoder.json'), 'utf8')) as {
  wav: number[];
  units: number[][];
};
let session: OnnxSession;

beforeAll(async () => {
  session = await loadOnnx(join(__dirname, 'encoder.onnx'));
});
afterAll(() => session.dispose());

describe('a content encoder in ONNX form', () => {
  const audio = { samples: Float32Array.from(expected.wav), sampleRate: 16000 };

  it('gives one row per unit', async () => {
    const encoder = createOnnxEncoder(session, { id: 'toy', unitSize: 5 });
    const { matrix, firstCentreSeconds } = await encoder.units(audio, await encoder.profile([audio]));
    expect([matrix.frames, matrix.width]).toEqual([expected.units.length, 5]);
    expected.units.flat().forEach((value, i) => {
      expect(matrix.data[i]).toBeCloseTo(value, 4);
    });
    // no padding: (2000 - 400) / 320 + 1 units fit, the first is centred at sample 200
    expect(firstCentreSeconds).toBe(200 / 16000);
  });

  it('refuses another width, a file that is no net, and a missing one', async () => {
    const encoder = createOnnxEncoder(session, { id: 'toy', unitSize: 4 });
    await expect(encoder.units(audio, await encoder.profile([audio]))).rejects.toMatchObject({
      code: 'onnx-not-encoder',
    });
    await expect(loadOnnx(join(__dirname, 'encoder.json'))).rejects.toMatchObject({ code: 'onnx-invalid' });
    await expect(loadOnnx(join(__dirname, 'nowhere.onnx'))).rejects.toMatchObject({ code: 'onnx-invalid' });
  });
});
