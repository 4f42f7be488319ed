/** The tables of the report. */

import { escapeXml } from '../pictures/svg';
import { checkName, measureExplanations, measureWords, pageWords, trackName, type Words } from './page-text';
import type { Check, Scores, TrackScores } from './scores';

/** Both languages, escaped; the page shows one of them. */
export function inBoth(words: Words): string {
  return `<span lang="en">${escapeXml(words.en)}</span><span lang="ko">${escapeXml(words.ko)}</span>`;
}

/** A number with `digits` decimals, a dash where there is none. */
function number(value: number | null, digits: number): string {
  return value !== null && Number.isFinite(value) ? value.toFixed(digits) : '–';
}

/** Every line that the conversion has to pass, with a bar that shows how near it is. */
export function checksTable(checks: readonly Check[]): string {
  const rows = checks.map((check) => {
    const bound = check.bound === 'at-most' ? pageWords.atMost : pageWords.atLeast;
    const limit = number(check.limit, 2);
    const result = check.passed ? pageWords.pass : pageWords.fail;
    return `<tr><td>${inBoth(checkName(check.id))}</td><td class="num">${number(check.value, 3)}</td>
<td class="num">${inBoth({ en: `${bound.en} ${limit}`, ko: `${limit} ${bound.ko}` })}</td>
<td><span class="badge ${check.passed ? 'pass' : 'fail'}">${check.passed ? '✓' : '✗'} ${inBoth(result)}</span></td></tr>`;
  });
  const heads = [pageWords.check, pageWords.value, pageWords.limit, pageWords.result];
  return table(heads, rows);
}

/** Measurements of every recording, and what they mean. */
export function scoresTable(scores: Scores): string {
  const rows = Object.entries(scores.tracks).map(
    ([id, track]) =>
      `<tr${id === 'converted' ? ' class="main"' : ''}><td>${inBoth(trackName(id))}</td>${cells(track)}</tr>`,
  );
  const heads = [pageWords.recording, ...Object.values(measureWords)];
  const terms = measureExplanations.map(([name, text]) => `<dt>${inBoth(name)}</dt><dd>${inBoth(text)}</dd>`);
  return `${table(heads, rows)}<dl class="terms">${terms.join('')}</dl>`;
}

function cells(track: TrackScores): string {
  const { correlation, rmseCents, voicingError } = track.f0;
  return [
    number(track.mcdDb, 2),
    number(track.speakerDistanceDb, 2),
    number(correlation, 3),
    number(rmseCents, 0),
    `${number(voicingError === null ? null : 100 * voicingError, 1)} %`,
  ]
    .map((value) => `<td class="num">${value}</td>`)
    .join('');
}

function table(heads: readonly Words[], rows: readonly string[]): string {
  const head = heads.map((words, i) => `<th${i > 0 ? ' class="num"' : ''}>${inBoth(words)}</th>`).join('');
  return `<div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>${rows.join('\n')}</tbody></table></div>`;
}
