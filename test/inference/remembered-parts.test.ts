import { expect, test } from 'vitest';
import type { Extra } from '../../lib/checkpoint/checkpoint';
import { type PartsHere, requireRememberedParts } from '../../lib/inference/remembered-parts';
import { sampleCheckpoint } from '../checkpoint/samples';

const extra: Extra = {
  ...sampleCheckpoint().extra!,
  encoderId: 'hubert-soft:0123456789abcdef',
  pitchId: 'pyin-1:40-1100',
  vocoderId: 'nsf-hifigan:0123456789abcdef',
};
const same: PartsHere = {
  encoder: { id: extra.encoderId },
  pitch: { id: extra.pitchId },
  vocoder: { id: extra.vocoderId! },
};

function check(here: Partial<PartsHere>, known: Extra = extra): string[] {
  const notices: string[] = [];
  requireRememberedParts(known, { ...same, ...here }, 'voice.ckpt', (text) => notices.push(text));
  return notices;
}

const other = { id: 'other:fedcba9876543210' };

test('the same parts are taken without a word', () => {
  expect(check({})).toEqual([]);
});

test('a part that a person names instead is taken and said', () => {
  expect(check({ vocoder: other, chosen: ['vocoder'] })).toEqual([
    'The sound of voice.ckpt came from nsf-hifigan:0123456789abcdef so far, now from other:fedcba9876543210.',
  ]);
  expect(check({ pitch: other, chosen: ['pitch'] })).toHaveLength(1);
});

test('others are refused with the fix, the encoder always', () => {
  expect(() => check({ encoder: other, chosen: ['pitch', 'vocoder'] })).toThrowError(
    expect.objectContaining({ code: 'other-encoder', remedy: expect.stringContaining('0123456789abcdef') }),
  );
  expect(() => check({ pitch: other, chosen: ['vocoder'] })).toThrowError(/Expected F0 of pyin-1/);
  expect(() => check({ vocoder: other })).toThrowError(/Expected sound of nsf-hifigan/);
});

test('an older voice, and one trained where the vocoder was not, sings with any vocoder', () => {
  const { vocoderId: _, ...older } = extra;
  expect(check({ vocoder: other }, older)).toEqual([]);
});
