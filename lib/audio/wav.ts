/** WAV files to mono audio and back. Headers are read and written by wavefile; the samples in bulk here, for speed. */
import { WaveFile } from 'wavefile';
import type { Audio } from './audio';
import { canonicalWav, findWavChunks, type WavChunks, wavError } from './wav-chunks';

/** Which channels of a file become the mono signal: their mean, or only the first. */
export interface WavOptions {
  readonly channel: 'mix' | 'first';
}

const PCM = 1;
const FLOAT = 3;
const A_LAW = 6;
const MU_LAW = 7;
const EXTENSIBLE = 0xfffe;

const MAX_CHANNELS = 256;
const MAX_SAMPLE_RATE = 1_000_000;

/** The fields of wavefile's `fmt` object that are used. */
interface WavFormat {
  readonly audioFormat: number;
  readonly numChannels: number;
  readonly sampleRate: number;
  readonly blockAlign: number;
  readonly bitsPerSample: number;
  readonly subformat: readonly number[];
}

/** `format/bits` to a reader of one sample at a byte offset, full scale = 1. */
const readers: Readonly<Record<string, (view: DataView, at: number) => number>> = {
  [`${PCM}/8`]: (view, at) => (view.getUint8(at) - 128) / 2 ** 7,
  [`${PCM}/16`]: (view, at) => view.getInt16(at, true) / 2 ** 15,
  [`${PCM}/24`]: (view, at) => (view.getUint16(at, true) + view.getInt8(at + 2) * 2 ** 16) / 2 ** 23,
  [`${PCM}/32`]: (view, at) => view.getInt32(at, true) / 2 ** 31,
  [`${FLOAT}/32`]: (view, at) => view.getFloat32(at, true),
  [`${FLOAT}/64`]: (view, at) => view.getFloat64(at, true),
};

/** Reads the header through wavefile, and for the logarithmic codecs the samples too: they become 16-bit PCM. */
function openWav(chunks: WavChunks, name: string): { format: WavFormat; code: number; data: Uint8Array } {
  const wave = new WaveFile();
  const header = canonicalWav({ fmt: chunks.fmt, data: new Uint8Array(0) });
  try {
    wave.fromBuffer(header, false);
  } catch (cause) {
    throw wavError('wav-unsupported', name, `a format that cannot be read (${(cause as Error).message})`);
  }
  const format = wave.fmt as WavFormat;
  const code = format.audioFormat === EXTENSIBLE ? (format.subformat[0] ?? 0) & 0xffff : format.audioFormat;
  checkFormat(format, code, name);
  if (code !== A_LAW && code !== MU_LAW) return { format, code, data: chunks.data };
  wave.fromBuffer(canonicalWav(chunks));
  if (code === A_LAW) wave.fromALaw();
  else wave.fromMuLaw();
  const data = (wave.data as { samples: Uint8Array }).samples;
  return { format: wave.fmt as WavFormat, code: PCM, data };
}

function checkFormat(format: WavFormat, code: number, name: string): void {
  const { numChannels, sampleRate, blockAlign, bitsPerSample } = format;
  const readable =
    code === A_LAW || code === MU_LAW ? bitsPerSample === 8 : `${code}/${bitsPerSample}` in readers;
  if (!readable) {
    const what = `expected 8-, 16-, 24- or 32-bit PCM or float samples, got format ${code} with ${bitsPerSample} bits`;
    throw wavError('wav-unsupported', name, what);
  }
  if (numChannels < 1 || numChannels > MAX_CHANNELS) {
    throw wavError('wav-header', name, `expected 1 to ${MAX_CHANNELS} channels, got ${numChannels}`);
  }
  if (sampleRate < 1 || sampleRate > MAX_SAMPLE_RATE) {
    throw wavError(
      'wav-header',
      name,
      `expected a sample rate of 1 to ${MAX_SAMPLE_RATE} Hz, got ${sampleRate}`,
    );
  }
  if (blockAlign !== (numChannels * bitsPerSample) / 8) {
    const what = `expected ${(numChannels * bitsPerSample) / 8} bytes for all channels of a sample, got ${blockAlign}`;
    throw wavError('wav-header', name, what);
  }
}

/**
 * Decodes a WAV file: 8/16/24/32-bit integers, 32/64-bit float, A-law, µ-law; any rate and number of channels.
 * @param name what errors call the file
 * @param options `mix` (default): mean of all channels; `first`: channel 0, as the reference's mel and F0 have it
 * @returns mono samples; integers as ±1 at full scale, floats as they are, even above 1
 * @throws UserError `wav-not-riff`, `wav-header`, `wav-truncated`, `wav-unsupported`, `wav-empty`, `wav-not-finite`
 */
export function decodeWav(bytes: Uint8Array, name: string, options: WavOptions = { channel: 'mix' }): Audio {
  const { format, code, data } = openWav(findWavChunks(bytes, name), name);
  const { numChannels, blockAlign, bitsPerSample, sampleRate } = format;
  const frames = Math.floor(data.length / blockAlign);
  if (frames === 0) throw wavError('wav-empty', name, 'expected at least one sample, found none');
  const read = readers[`${code}/${bitsPerSample}`]!;
  const used = options.channel === 'first' ? 1 : numChannels;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const samples = new Float32Array(frames);
  for (let i = 0; i < frames; i++) {
    let sum = 0;
    for (let c = 0; c < used; c++) sum += read(view, i * blockAlign + (c * bitsPerSample) / 8);
    samples[i] = sum / used;
    if (!Number.isFinite(samples[i]!)) {
      throw wavError('wav-not-finite', name, `expected finite samples, got ${samples[i]} at sample ${i}`);
    }
  }
  return { samples, sampleRate };
}

/** Sample formats that are written. */
export type WavBitDepth = '16' | '24' | '32f';

/** Little-endian bytes of `samples`: integers rounded to nearest and clipped, no dither. */
function sampleBytes(samples: Float32Array, bitDepth: WavBitDepth): Uint8Array {
  const bits = bitDepth === '32f' ? 32 : Number(bitDepth);
  const out = new Uint8Array((samples.length * bits) / 8);
  const view = new DataView(out.buffer);
  const full = 2 ** (bits - 1);
  for (let i = 0; i < samples.length; i++) {
    if (bitDepth === '32f') {
      view.setFloat32(4 * i, samples[i]!, true);
      continue;
    }
    const value = Math.max(-full, Math.min(full - 1, Math.round(samples[i]! * full)));
    if (bitDepth === '16') view.setInt16(2 * i, value, true);
    else {
      view.setUint16(3 * i, value & 0xffff, true);
      view.setInt8(3 * i + 2, value >> 16);
    }
  }
  return out;
}

/** A mono WAV file of `audio`. Integer formats clip at full scale; `32f` keeps every sample as it is. */
export function encodeWav(audio: Audio, bitDepth: WavBitDepth): Uint8Array {
  const wave = new WaveFile();
  wave.fromScratch(1, audio.sampleRate, bitDepth, []);
  // wavefile packs samples one by one, 1.8 s for a minute of float: it gets them packed.
  Object.assign(wave.data as object, { samples: sampleBytes(audio.samples, bitDepth) });
  if (bitDepth === '32f') Object.assign(wave.fact as object, { dwSampleLength: audio.samples.length });
  return padToEven(wave.toBuffer());
}

/** Chunks start at even positions, so RIFF wants a zero after the last one too; wavefile leaves it out. */
function padToEven(wav: Uint8Array): Uint8Array {
  if (wav.length % 2 === 0) return wav;
  const out = new Uint8Array(wav.length + 1);
  out.set(wav);
  new DataView(out.buffer).setUint32(4, out.length - 8, true);
  return out;
}
