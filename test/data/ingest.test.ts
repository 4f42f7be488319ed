import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeWav, encodeWav } from '../../lib/audio/wav';
import { isUserError } from '../../lib/config/errors';
import type { Progress } from '../../lib/config/progress';
import { clipPath } from '../../lib/data/dataset-file';
import { type IngestOptions, ingest } from '../../lib/data/ingest';
import { lockFolder } from '../../lib/storage/folder-lock';
import { makeZip } from './make-zip';
import { audioOf, noise, smallConfig, tone, toneWav } from './synthetic';

let root: string;
let out: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ingest-'));
  out = join(root, 'out');
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function zipOf(files: Record<string, Uint8Array>, name = 'songs.zip'): string {
  const path = join(root, name);
  writeFileSync(path, makeZip(Object.entries(files).map(([file, content]) => ({ name: file, content }))));
  return path;
}

const run = (source: string, options?: IngestOptions) => ingest(source, out, smallConfig, options);
const snapshot = () => JSON.stringify(readdirSync(out, { recursive: true }).sort());

describe('ingest', () => {
  it('makes clips of the configured rate and length, with safe names', async () => {
    const song = new Float32Array(5 * 8000);
    song.set(tone(3, 220, 8000).samples, 0);
    song.set(tone(1, 330, 8000).samples, 4 * 8000);
    const path = zipOf({
      '내 노래/첫 곡!.wav': encodeWav({ samples: song, sampleRate: 8000 }, '16'),
      'b_c/x.wav': encodeWav(tone(1, 200, 16000), '24'),
      'B_C/X.wav': toneWav(1, 210, 16000),
      'cover.jpg': Buffer.from('x'),
    });
    const report = await run(path);
    expect(report.skipped).toBe(false);
    expect(report.recordings.map(({ name }) => name)).toEqual([
      'B_C/X.wav',
      'b_c/x.wav',
      '내 노래/첫 곡!.wav',
    ]);
    expect(report.clips.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['B_C_X-001', 'b_c_x_2-001', '내_노래_첫_곡-001']),
    );
    const ofSong = report.clips.filter(({ recording }) => recording === '내 노래/첫 곡!.wav');
    expect(ofSong.length).toBeGreaterThanOrEqual(3);
    for (const clip of report.clips) {
      const bytes = readFileSync(clipPath(out, report, clip));
      const audio = decodeWav(bytes, clip.name);
      expect(audio.sampleRate).toBe(16000);
      expect(audio.samples.length / 16000).toBeCloseTo(clip.seconds, 6);
      expect(clip.seconds).toBeLessThanOrEqual(smallConfig.slice.maxSeconds + 1e-9);
      expect(bytes.length).toBe(clip.bytes);
      // bits per sample of the header: more than 16 stay more than 16
      expect(bytes.readUInt16LE(34)).toBe(clip.recording === 'b_c/x.wav' ? 24 : 16);
    }
    const last = ofSong.at(-1)!;
    expect(last.startSeconds + last.seconds).toBeCloseTo(5, 1);
    expect(report.totalSeconds).toBeCloseTo(
      report.clips.reduce((sum, { seconds }) => sum + seconds, 0),
      9,
    );
    expect(JSON.parse(readFileSync(join(out, 'dataset.json'), 'utf8')).totalSeconds).toBe(
      report.totalSeconds,
    );
  });

  it('takes a folder or one file as well', async () => {
    mkdirSync(join(root, 'in', 'deep'), { recursive: true });
    writeFileSync(join(root, 'in', 'deep', 'a.wav'), toneWav(1, 200));
    writeFileSync(join(root, 'in', '.b.wav'), toneWav(1, 200));
    const folder = await run(join(root, 'in'));
    expect(folder.recordings.map(({ name }) => name)).toEqual(['deep/a.wav']);
    out = join(root, 'other');
    expect((await run(join(root, 'in', 'deep', 'a.wav'))).clips).toHaveLength(1);
  });

  it('cuts as the reference with compat.slicer: nothing shorter than 5 s is cut', async () => {
    const compat = { ...smallConfig, compat: { ...smallConfig.compat, slicer: true } };
    const report = await ingest(zipOf({ 'a.wav': toneWav(4.9, 200) }), out, compat);
    expect(report.clips).toHaveLength(1);
  });

  it('mixes stereo (k.13), keeps floats above full scale from becoming silence (k.14), and warns', async () => {
    const loud = audioOf(1, 16000, (i) => 2 * Math.sin(i / 9));
    const clipped = audioOf(1, 16000, (i) => Math.max(-1, Math.min(1, 3 * Math.sin(i / 20))));
    const quiet = tone(1, 200, 16000, 0.005);
    const report = await run(
      zipOf({
        'a.wav': encodeWav(loud, '32f'),
        'b.wav': encodeWav(clipped, '16'),
        'c.wav': encodeWav(quiet, '16'),
      }),
    );
    expect(report.recordings.map(({ warnings }) => warnings)).toEqual([
      [expect.stringMatching(/2\.00 above full scale/)],
      [expect.stringMatching(/cut off at full scale/)],
      [expect.stringMatching(/very quiet/)],
    ]);
    const samples = decodeWav(readFileSync(clipPath(out, report, report.clips[0]!)), 'a').samples;
    const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    expect(peak).toBeCloseTo(1, 3);
  });

  it('reports progress that ends at the total', async () => {
    const seen: Progress[] = [];
    await run(zipOf({ 'a.wav': toneWav(1, 200), 'b.wav': toneWav(1, 210) }), {
      progress: (p) => seen.push(p),
    });
    expect(seen.map(({ done, total }) => done / total)).toEqual([0, 0.5, 1]);
  });
});

describe('again', () => {
  it('skips the same source, mends damaged clips, and cuts again for other settings', async () => {
    const path = zipOf({ 'a.wav': toneWav(3, 200) });
    const first = await run(path);
    const clip = clipPath(out, first, first.clips[0]!);
    const written = statSync(clip).mtimeMs;
    expect((await run(path)).skipped).toBe(true);
    expect(statSync(clip).mtimeMs).toBe(written);

    rmSync(clip);
    const mended = await run(path);
    expect(mended.skipped).toBe(false);
    expect(existsSync(clipPath(out, mended, mended.clips[0]!))).toBe(true);

    const notices: string[] = [];
    const slice = { ...smallConfig.slice, maxSeconds: 1 };
    const other = await ingest(
      path,
      out,
      { ...smallConfig, slice },
      { notice: (text) => notices.push(text) },
    );
    expect(other.clips.length).toBeGreaterThan(first.clips.length);
    expect(notices).toEqual([expect.stringMatching(/again/)]);
    expect(readdirSync(join(out, 'clips'))).toHaveLength(1);
  });

  it('refuses another source unless told to replace', async () => {
    await run(zipOf({ 'a.wav': toneWav(1, 200) }));
    const before = snapshot();
    const other = zipOf({ 'a.wav': toneWav(1, 201) }, 'other.zip');
    await expect(run(other)).rejects.toMatchObject({ code: 'dataset-of-another-source' });
    expect(snapshot()).toBe(before);
    expect((await run(other, { replace: true })).source.label).toBe('other.zip');
    expect(readdirSync(join(out, 'clips'))).toHaveLength(1);
  });

  it('leaves the old dataset as it was when the new one fails or is stopped', async () => {
    const path = zipOf({ 'a.wav': toneWav(1, 200), 'b.wav': toneWav(1, 210) });
    const old = await run(path);
    const before = snapshot();
    const bad = zipOf({ 'a.wav': Buffer.from('RIFF') }, 'bad.zip');
    await expect(run(bad, { replace: true })).rejects.toMatchObject({ code: 'no-usable-recordings' });
    expect(snapshot()).toBe(before);
    const stop = new AbortController();
    const other = zipOf({ 'a.wav': toneWav(1, 220), 'b.wav': toneWav(1, 230) }, 'other.zip');
    const stopping = run(other, {
      replace: true,
      signal: stop.signal,
      progress: ({ done }) => done === 1 && stop.abort(new Error('stopped')),
    });
    await expect(stopping).rejects.toThrow();
    await expect(
      run(other, { replace: true, signal: AbortSignal.abort(new Error('stopped')) }),
    ).rejects.toThrow('stopped');
    expect((await run(path, {})).source).toEqual(old.source);
  });

  it('cleans up after a killed one', async () => {
    const path = zipOf({ 'a.wav': toneWav(1, 200) });
    const hash = createHash('sha256').update(readFileSync(path)).digest('hex');
    const left = join(out, 'clips', `${hash.slice(0, 12)}-1`);
    mkdirSync(left, { recursive: true });
    writeFileSync(join(left, 'a-001.wav'), 'half a cl');
    const report = await run(path);
    expect(readdirSync(join(out, 'clips')).map((name) => `clips/${name}`)).toEqual([report.clipFolder]);
    expect(decodeWav(readFileSync(clipPath(out, report, report.clips[0]!)), 'a').samples).toHaveLength(16000);
  });

  it('replaces a dataset.json that makes no sense only when told to', async () => {
    mkdirSync(out);
    writeFileSync(join(out, 'dataset.json'), '{"formatVersion": 9}');
    const path = zipOf({ 'a.wav': toneWav(1, 200) });
    await expect(run(path)).rejects.toMatchObject({ code: 'dataset-invalid' });
    expect((await run(path, { replace: true })).clips).toHaveLength(1);
  });

  it('refuses a folder that another process works on', async () => {
    mkdirSync(out);
    const lock = await lockFolder(out, 'ingest');
    await expect(run(zipOf({ 'a.wav': toneWav(1, 200) }))).rejects.toMatchObject({ code: 'folder-locked' });
    await lock.release();
  });
});

describe('bad input', () => {
  const cut = toneWav(1, 200).subarray(0, 9000);
  const empty = encodeWav({ samples: new Float32Array(0), sampleRate: 16000 }, '16');
  const nan = encodeWav(
    audioOf(1, 16000, (i) => (i === 777 ? Number.NaN : 0.1)),
    '32f',
  );
  const silence = encodeWav(
    audioOf(3, 16000, () => 0),
    '16',
  );
  const short = toneWav(0.1, 200);
  const slow = encodeWav({ ...tone(2, 20, 1000), sampleRate: 1000 }, '16');
  const long = encodeWav({ samples: new Float32Array(3601 * 4000), sampleRate: 4000 }, '16');
  const broken = { cut, empty, nan, silence, short, slow, long };
  const reasons = {
    cut: /truncated/,
    empty: /at least one sample/,
    nan: /NaN at sample 777/,
    silence: /silence only/,
    short: /0\.100 s long/,
    slow: /1000 Hz/,
    long: /60 minutes long/,
  };

  it.each(Object.keys(broken) as (keyof typeof broken)[])(
    'leaves out a broken recording: %s',
    async (kind) => {
      const report = await run(
        zipOf({ 'bad.wav': broken[kind], 'good.wav': toneWav(1, 200), 'more.flac': cut }),
      );
      expect(report.clips).toHaveLength(1);
      expect(report.leftOut).toEqual([
        { name: 'more.flac', reason: expect.stringMatching(/convert it to WAV/) },
        { name: 'bad.wav', reason: expect.stringMatching(reasons[kind]) },
      ]);
    },
  );

  it('lists the reasons if nothing is left', async () => {
    const files = Object.fromEntries(Object.entries(broken).map(([kind, bytes]) => [`${kind}.wav`, bytes]));
    const error = await run(zipOf(files)).catch((caught) => caught);
    expect(error.code).toBe('no-usable-recordings');
    for (const reason of Object.values(reasons)) expect(error.message).toMatch(reason);
    expect(existsSync(join(out, 'dataset.json'))).toBe(false);
  });

  it('leaves out recordings that are damaged inside the zip', async () => {
    const path = join(root, 'songs.zip');
    const bomb = { name: 'bomb.wav', content: Buffer.alloc(10_000_000), declaredSize: 5000 };
    writeFileSync(path, makeZip([bomb, { name: 'good.wav', content: toneWav(1, 200) }]));
    const { leftOut } = await run(path);
    expect(leftOut).toEqual([{ name: 'bomb.wav', reason: expect.stringMatching(/damaged inside the zip/) }]);
  });

  it('tells what is wrong with a source', async () => {
    const missing = join(root, 'none.zip');
    await expect(run(missing)).rejects.toMatchObject({ code: 'source-missing' });
    await expect(run(zipOf({}))).rejects.toMatchObject({ code: 'zip-empty' });
    await expect(run(zipOf({ 'a.txt': cut }))).rejects.toMatchObject({ code: 'no-recordings' });
    await expect(run(zipOf({ 'a.mp3': cut }))).rejects.toThrow(/a\.mp3 \(not a WAV file/);
    await expect(run(zipOf({ '../a.wav': cut }))).rejects.toMatchObject({ code: 'zip-unsafe-name' });
    mkdirSync(join(root, 'nothing'));
    await expect(run(join(root, 'nothing'))).rejects.toMatchObject({ code: 'no-recordings' });
  });

  it('tells when it cannot write', async () => {
    writeFileSync(join(root, 'file'), '');
    const path = zipOf({ 'a.wav': toneWav(1, 200) });
    await expect(ingest(path, join(root, 'file', 'out'), smallConfig)).rejects.toMatchObject({
      code: 'not-writable',
    });
  });

  it('survives mutated zips of recordings', async () => {
    const whole = makeZip([
      { name: 'a.wav', content: toneWav(0.5, 200), method: 0 },
      { name: 'b.wav', content: encodeWav(noise(0.5), '24') },
    ]);
    const path = join(root, 'songs.zip');
    const changes = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 5 });
    const header = fc.array(fc.tuple(fc.nat(90), fc.nat(255)), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(fc.oneof(changes, header), async (mutations) => {
        const bytes = Buffer.from(whole);
        for (const [at, value] of mutations) bytes[at] = value;
        writeFileSync(path, bytes);
        try {
          await ingest(path, out, smallConfig, { replace: true });
        } catch (error) {
          expect(isUserError(error), String(error)).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });
});
