/** The demo's report: one HTML file with players, pictures and measurements, which needs nothing from elsewhere. */
import type { Audio } from '../audio/audio';
import { resample } from '../audio/resample';
import { encodeWav } from '../audio/wav';
import { pageStyle } from './page-style';
import { checksTable, inBoth, scoresTable } from './page-tables';
import { pageWords, type Words } from './page-text';
import type { Scores } from './scores';

/** A recording to listen to. */
export interface Player {
  readonly label: Words;
  /** what it is, one sentence */
  readonly note: Words;
  /** name of the full file, which lies beside the page; shown as a link if given */
  readonly file?: string;
  readonly audio: Audio;
  /** the result, which stands out */
  readonly main?: boolean;
}

/** What the report shows. */
export interface Report {
  readonly scores: Scores;
  readonly players: readonly Player[];
  /** SVG of a few seconds, and of the whole song, from `comparisonPicture` */
  readonly excerptSvg: string;
  readonly wholeSvg: string;
  /** label and value: training time, steps, real-time factor ... */
  readonly facts: readonly (readonly [Words, Words])[];
}

const PLAYER_RATE = 22050;

/** Audio as a `data:` URI; at half the rate, because the page holds it in text. */
async function audioUri(audio: Audio): Promise<string> {
  const smaller = audio.sampleRate > PLAYER_RATE ? await resample(audio, PLAYER_RATE) : audio;
  return `data:audio/wav;base64,${Buffer.from(encodeWav(smaller, '16')).toString('base64')}`;
}

function imageUri(svg: string): string {
  return `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`;
}

async function playerCard(player: Player): Promise<string> {
  const file = player.file
    ? ` <a href="${encodeURIComponent(player.file)}">${inBoth({ en: 'full file', ko: '전체 파일' })}</a>`
    : '';
  return `<div class="card${player.main ? ' main' : ''}">
<h3>${inBoth(player.label)}</h3><p>${inBoth(player.note)}${file}</p>
<audio controls preload="metadata" src="${await audioUri(player.audio)}"></audio></div>`;
}

function verdict(scores: Scores): string {
  const passed = scores.checks.filter((check) => check.passed).length;
  const words = scores.passed ? pageWords.passed : pageWords.failed;
  return `<p class="verdict ${scores.passed ? 'pass' : 'fail'}"><strong>${inBoth(words)}</strong>
<span>${passed} / ${scores.checks.length} ${inBoth(pageWords.of)}</span></p>`;
}

function pictures(report: Report): string {
  return `<h2>${inBoth(pageWords.look)}</h2><p>${inBoth(pageWords.pictureNote)}</p>
<div class="scroll"><img class="excerpt" alt="Mel spectrograms and pitch, excerpt" src="${imageUri(report.excerptSvg)}"></div>
<details><summary>${inBoth(pageWords.whole)}</summary>
<div class="scroll"><img class="whole" alt="Mel spectrograms and pitch, whole song" src="${imageUri(report.wholeSvg)}"></div></details>`;
}

const script = `
const root = document.documentElement;
const show = (lang) => { root.lang = lang; document.title = document.querySelector('h1 [lang=' + lang + ']').textContent; };
show((navigator.language || 'en').startsWith('ko') ? 'ko' : 'en');
for (const button of document.querySelectorAll('[data-lang]')) button.onclick = () => show(button.dataset.lang);
const players = [...document.querySelectorAll('audio')];
for (const player of players) player.onplay = () => { for (const other of players) if (other !== player) other.pause(); };
`;

/** The report as an HTML document (UTF-8). Everything that is not from this module is escaped. */
export async function reportPage(report: Report): Promise<string> {
  const cards: string[] = [];
  for (const player of report.players) cards.push(await playerCard(player));
  const facts = report.facts.map(([label, value]) => `<dt>${inBoth(label)}</dt><dd>${inBoth(value)}</dd>`);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${pageWords.title.en}</title><style>${pageStyle}</style></head><body><main>
<nav><button type="button" data-lang="en">English</button><button type="button" data-lang="ko">한국어</button></nav>
<h1>${inBoth(pageWords.title)}</h1><p class="lead">${inBoth(pageWords.lead)}</p>
${verdict(report.scores)}
<h2>${inBoth(pageWords.listen)}</h2><div class="cards">${cards.join('\n')}</div><p class="note">${inBoth(pageWords.playerNote)}</p>
${pictures(report)}
<h2>${inBoth(pageWords.checks)}</h2>${checksTable(report.scores.checks)}
<h2>${inBoth(pageWords.scores)}</h2>${scoresTable(report.scores)}
<h2>${inBoth(pageWords.facts)}</h2><dl class="facts">${facts.join('\n')}</dl>
<p class="note">${inBoth(pageWords.limits)}</p>
</main><script>${script}</script></body></html>
`;
}
