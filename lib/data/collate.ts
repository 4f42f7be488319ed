/** Crops of items, padded to one length. */
import type { Batch, TrainingItem } from './batch';
import type { Crop } from './batch-schedule';

/**
 * Cuts `crops` out of `items` and pads them with zeros on the right to the longest (spec section g, Collation). A whole
 * item brings all its units, since the encoder of no_fs2 = false hears them all; a part brings those that its frames
 * point at, and `mel2ph` counts from the first of them.
 * @param crops default: every item whole
 * @param maxInputTokens units beyond this count are cut, frames that point at them become padding (spec section g)
 * @throws RangeError if items differ in mel bins or unit width, or a crop leaves its item
 */
export function collate(
  items: readonly TrainingItem[],
  crops: readonly Crop[] = items.map((item, i) => ({ item: i, startFrame: 0, frames: item.mel.frames })),
  maxInputTokens: number = Number.POSITIVE_INFINITY,
): Batch {
  const parts = crops.map((crop) => cutItem(items[crop.item]!, crop, maxInputTokens));
  const size = parts.length;
  const melBins = parts[0]!.item.mel.width;
  const hidden = parts[0]!.item.units.width;
  const frames = Math.max(...parts.map((part) => part.crop.frames));
  const units = Math.max(...parts.map((part) => part.unitCount));
  const batch = {
    size,
    frames,
    units,
    mel: new Float32Array(size * frames * melBins),
    unitData: new Float32Array(size * units * hidden),
    mel2ph: new Int32Array(size * frames),
    f0Log2: new Float32Array(size * frames),
    lengths: Int32Array.from(parts, (part) => part.crop.frames),
  };
  parts.forEach(({ item, crop, mel2ph, firstUnit, unitCount }, b) => {
    if (item.mel.width !== melBins || item.units.width !== hidden) {
      throw new RangeError(
        `Expected items of ${melBins} mel bins and ${hidden} unit values, got ${item.name}`,
      );
    }
    const end = crop.startFrame + crop.frames;
    batch.mel.set(item.mel.data.subarray(crop.startFrame * melBins, end * melBins), b * frames * melBins);
    batch.f0Log2.set(item.f0Log2.subarray(crop.startFrame, end), b * frames);
    batch.mel2ph.set(mel2ph, b * frames);
    const unitEnd = firstUnit + unitCount;
    batch.unitData.set(item.units.data.subarray(firstUnit * hidden, unitEnd * hidden), b * units * hidden);
  });
  return batch;
}

interface Part {
  readonly item: TrainingItem;
  readonly crop: Crop;
  readonly mel2ph: Int32Array;
  readonly firstUnit: number;
  readonly unitCount: number;
}

function cutItem(item: TrainingItem, crop: Crop, maxInputTokens: number): Part {
  const { startFrame, frames } = crop;
  if (startFrame < 0 || frames < 1 || startFrame + frames > item.mel.frames) {
    throw new RangeError(
      `Expected frames ${startFrame}..${startFrame + frames} within ${item.name} of ${item.mel.frames} frames`,
    );
  }
  const mel2ph = item.mel2ph.slice(startFrame, startFrame + frames);
  let first = item.units.frames;
  let last = 0;
  for (const unit of mel2ph) {
    if (unit === 0) continue;
    first = Math.min(first, unit);
    last = Math.max(last, unit);
  }
  if (frames === item.mel.frames) [first, last] = [1, item.units.frames];
  const unitCount = Math.min(Math.max(last - first + 1, 1), maxInputTokens);
  for (let i = 0; i < mel2ph.length; i++) {
    const rebased = mel2ph[i]! === 0 ? 0 : mel2ph[i]! - first + 1;
    mel2ph[i] = rebased > unitCount ? 0 : rebased;
  }
  return { item, crop, mel2ph, firstUnit: first - 1, unitCount };
}
