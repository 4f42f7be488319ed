import { expect, test } from 'vitest';
import { drivePlace } from '../../lib/storage/drive-path';

test.each([
  ['drive:diff-svc/alice', 'diff-svc/alice', false],
  ['drive:/diff-svc//alice/', 'diff-svc/alice', false],
  ['drive:MyDrive/diff-svc/alice', 'diff-svc/alice', true],
  ['/content/drive/MyDrive/diff-svc/alice', 'diff-svc/alice', false],
  // as the documented steps write it, and as the web page does
  ['/content/drive/Mydrive/diff-svc/Shiki', 'diff-svc/Shiki', true],
  ['/content/drive/My Drive/diff-svc/Shiki', 'diff-svc/Shiki', true],
  ['/content/drive/MyDrive/내 폴더/a.ckpt', '내 폴더/a.ckpt', false],
  ['checkpoints/alice', null, false],
  ['/content/diff-svc/checkpoints', null, false],
])('%s', (path, place, said) => {
  const notices: string[] = [];
  expect(drivePlace(path, (text) => notices.push(text))).toBe(place);
  expect(notices.length > 0).toBe(said);
});

test.each(['drive:', 'drive:..', 'drive:a/../b', '/content/drive/MyDrive/'])(
  '%s names nothing below My Drive',
  (path) => {
    expect(() => drivePlace(path)).toThrow(/below My Drive/);
  },
);
