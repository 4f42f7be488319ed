import { describe, expect, it } from 'vitest';
import { speakAll } from '../../../lib/demo/flite';
import { songLines, trainingSentences, trainingVerses } from '../../../lib/demo/lyrics';
import { compose } from '../../../lib/demo/score';
import { cmuPhones } from '../../../lib/encoder-training/evaluation/cmu-phones';
import { editDistance } from '../../../lib/encoder-training/evaluation/edit-distance';
import { cutLine, sungLines } from '../../../lib/encoder-training/evaluation/judged-songs';
import { findRecogniser, readHeard } from '../../../lib/encoder-training/evaluation/recogniser';
import { judgedSentences, judgedSongs } from '../../../lib/encoder-training/evaluation/texts';

const none = new AbortController().signal;

describe('readHeard', () => {
  it('takes phones by the recording, without silence and noises', () => {
    const text = 'SIL TH UW B +NSN+ HH AA SIL (1 -8636)\n (0 -12)\n';
    expect(readHeard(text, 3)).toEqual([[], ['TH', 'UW', 'B', 'HH', 'AA'], []]);
  });
});

describe('cmuPhones', () => {
  it('spells flite as the CMU dictionary does', async () => {
    const [spoken] = await speakAll([{ voice: 'slt', text: 'a thing with feathers' }]);
    expect(cmuPhones(spoken!.phones).join(' ')).toBe('AH TH IH NG W IH DH F EH DH ER Z');
  });
});

describe('findRecogniser', () => {
  it('is null where the program or its model is not', async () => {
    expect(await findRecogniser({ PATH: '/nowhere' }, () => undefined, none)).toBeNull();
    const env = { ...process.env, POCKETSPHINX_MODEL: '/nowhere' };
    expect(await findRecogniser(env, () => undefined, none)).toBeNull();
  });

  it('hears speech, where it is installed', async (context) => {
    const recogniser = await findRecogniser(process.env, () => undefined, none);
    if (recogniser === null) return context.skip();
    const spoken = await speakAll(judgedSentences.slice(0, 3).map((text) => ({ voice: 'awb', text })));
    const heard = await recogniser.recognise(
      spoken.map(({ audio }) => audio),
      'hear',
    );
    for (const [i, { phones }] of spoken.entries()) {
      const expected = cmuPhones(phones);
      // What is not heard at all leaves an error of 1, another sentence's phones leave about 0.8.
      expect(editDistance(heard[i]!, expected) / expected.length).toBeLessThan(0.55);
    }
  });
});

describe('sungLines', () => {
  it('says where each line is sung and with which phones', async () => {
    const texts = ['one thing', 'with feathers here'];
    const score = compose(texts, 1);
    const lines = await sungLines(texts, score, 'slt', {});
    expect(lines.map(({ phones }) => phones.join(' '))).toEqual([
      'W AH N TH IH NG',
      'W IH DH F EH DH ER Z HH IH R',
    ]);
    expect(lines[0]!.startSeconds).toBeLessThan(score.notes[0]!.startSeconds);
    expect(lines[0]!.endSeconds).toBeLessThan(score.notes[2]!.startSeconds);
    expect(lines[1]!.startSeconds).toBeGreaterThan(score.notes[1]!.endSeconds);
    const audio = { samples: new Float32Array(16000 * 20), sampleRate: 16000 };
    const length = cutLine(audio, lines[1]!).samples.length / 16000;
    expect(length).toBeCloseTo(lines[1]!.endSeconds - lines[1]!.startSeconds, 3);
  });
});

describe('the judged texts', () => {
  it('are in none of the texts that the target sings or speaks', () => {
    const known = new Set([...trainingVerses.flat(), ...trainingSentences, ...songLines]);
    for (const text of [...judgedSongs.flat(), ...judgedSentences]) expect(known.has(text)).toBe(false);
  });
});
