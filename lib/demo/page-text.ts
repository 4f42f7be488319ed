/** What the report says, in English and Korean. */

/** The same words in both languages. */
export interface Words {
  readonly en: string;
  readonly ko: string;
}

/** A piece of text that both languages share, such as a name or a number. */
export function same(value: string): Words {
  return { en: value, ko: value };
}

export const pageWords = {
  title: { en: 'One voice becomes another', ko: '한 목소리가 다른 목소리로' },
  lead: {
    en: 'This demo trained a small Diff-SVC voice on a few minutes of one synthetic singer (the target). Then it converted a song that another synthetic singer (the source) had sung, and that the target had never sung in training.',
    ko: '이 데모는 합성 가수 한 명(목표)의 몇 분짜리 녹음으로 작은 Diff-SVC 음성을 학습했습니다. 그런 다음, 다른 합성 가수(원본)가 부른, 목표 가수가 학습에서 한 번도 부른 적 없는 노래를 변환했습니다.',
  },
  passed: { en: 'All checks passed', ko: '모든 기준 통과' },
  failed: { en: 'Not all checks passed', ko: '통과하지 못한 기준이 있음' },
  of: { en: 'passed', ko: '통과' },
  listen: { en: 'Listen', ko: '들어 보기' },
  playerNote: {
    en: 'The players hold copies at 22.05 kHz; the full files lie beside this page.',
    ko: '재생기에는 22.05 kHz 사본이 들어 있습니다. 원본 파일은 이 페이지와 같은 폴더에 있습니다.',
  },
  look: { en: 'Look', ko: '눈으로 보기' },
  pictureNote: {
    en: 'Mel spectrograms: dark is loud. The orange line is the pitch that was found. The conversion should have the colours of the target (the third panel) and the melody of the source.',
    ko: '멜 스펙트로그램: 진할수록 소리가 큽니다. 주황색 선은 검출된 음높이입니다. 변환 결과는 색의 분포가 목표(세 번째)와, 선율은 원본과 비슷해야 합니다.',
  },
  whole: { en: 'The whole song', ko: '노래 전체' },
  checks: { en: 'Checks', ko: '합격 기준' },
  check: { en: 'Check', ko: '기준' },
  value: { en: 'Value', ko: '값' },
  limit: { en: 'Line', ko: '기준값' },
  result: { en: 'Result', ko: '결과' },
  pass: { en: 'pass', ko: '통과' },
  fail: { en: 'fail', ko: '미달' },
  atMost: { en: 'at most', ko: '이하' },
  atLeast: { en: 'at least', ko: '이상' },
  scores: { en: 'Measurements', ko: '측정값' },
  recording: { en: 'Recording', ko: '녹음' },
  facts: { en: 'How it was made', ko: '만든 과정' },
  limits: {
    en: 'Measured from the written files by a separate program. Both singers are synthetic and sing at 16 kHz, so nothing above 8 kHz is compared, and numbers do not replace listening.',
    ko: '저장된 파일만 보고 별도의 프로그램으로 측정했습니다. 두 가수 모두 16 kHz 합성 음성이므로 8 kHz 위는 비교하지 않으며, 숫자가 직접 듣는 것을 대신하지는 못합니다.',
  },
} as const satisfies Record<string, Words>;

/** The recordings to listen to. */
export const playerWords = {
  source: {
    label: { en: 'Source', ko: '원본' },
    note: { en: 'What went in: another singer sings the song.', ko: '입력: 다른 가수가 부른 노래입니다.' },
  },
  converted: {
    label: { en: 'Converted', ko: '변환 결과' },
    note: {
      en: 'What came out: the same singing in the voice of the target.',
      ko: '출력: 같은 노래를 목표 가수의 목소리로 바꾼 것입니다.',
    },
  },
  truth: {
    label: { en: 'Truth', ko: '정답' },
    note: {
      en: 'The target sings the song. Only the scores use it.',
      ko: '목표 가수가 직접 부른 노래로, 채점에만 씁니다.',
    },
  },
  training: {
    label: { en: 'Training voice', ko: '학습한 목소리' },
    note: {
      en: 'One of the recordings that the voice was learnt from.',
      ko: '음성 학습에 쓴 녹음 가운데 하나입니다.',
    },
  },
} as const satisfies Record<string, { label: Words; note: Words }>;

/** Columns of the table of measurements. */
export const measureWords = {
  mcd: { en: 'MCD, dB', ko: 'MCD, dB' },
  speaker: { en: 'Speaker distance, dB', ko: '화자 거리, dB' },
  correlation: { en: 'F0 correlation', ko: 'F0 상관' },
  cents: { en: 'F0 error, cents', ko: 'F0 오차, 센트' },
  voicing: { en: 'Voicing error', ko: '유성음 오류' },
} as const satisfies Record<string, Words>;

/** What the columns mean. */
export const measureExplanations: readonly (readonly [Words, Words])[] = [
  [
    measureWords.mcd,
    {
      en: 'mel-cepstral distortion: how far the sound, moment by moment, is from the target singing the same song. 0 is identical.',
      ko: '멜 켑스트럼 왜곡: 목표 가수가 같은 노래를 부른 소리와 순간순간 얼마나 다른지. 0이면 같습니다.',
    },
  ],
  [
    measureWords.speaker,
    {
      en: 'how far the average spectrum is from that of the training recordings: the colour of the voice as a whole.',
      ko: '평균 스펙트럼이 학습 녹음과 얼마나 다른지: 목소리의 전체적인 음색.',
    },
  ],
  [
    measureWords.correlation,
    {
      en: 'how well the pitch follows that of the truth, where both have one: whether the melody was kept. 1 is perfect. The error is in cents, 100 to a semitone; the two singers themselves differ by what the first row shows.',
      ko: '음높이가 정답의 음높이를 얼마나 잘 따라가는지, 곧 선율이 유지되었는지. 1이면 완벽합니다. 오차는 센트 단위이며 100센트가 반음입니다. 두 가수 사이의 원래 차이는 첫 행에 나와 있습니다.',
    },
  ],
  [
    measureWords.voicing,
    {
      en: 'share of frames where only one of the recording and the truth has a pitch.',
      ko: '녹음과 정답 중 한쪽에만 음높이가 있는 프레임의 비율.',
    },
  ],
];

const trackWords: Readonly<Record<string, Words>> = {
  source: { en: 'Source, not converted', ko: '원본 (변환 전)' },
  converted: { en: 'Converted', ko: '변환 결과' },
  resynthesis: { en: 'Truth through the model', ko: '정답을 모델로 재합성' },
  truth: { en: 'Truth: the target sings the song', ko: '정답: 목표 가수가 부른 노래' },
  equalised: { en: 'Control: source, only equalised', ko: '대조: 원본에 이퀄라이저만 적용' },
  zeroed: { en: 'Control: model without content', ko: '대조: 내용 정보 없이 모델 실행' },
  'pulse-train': { en: 'Truth through a plain pulse train', ko: '정답을 단순 펄스열로 재합성' },
  'copy-synthesis': { en: 'Truth through the vocoder alone', ko: '정답을 보코더만으로 재합성' },
};

/** Name of a recording in `Scores.tracks`; one without words of its own shows its id. */
export function trackName(id: string): Words {
  return trackWords[id] ?? same(id);
}

/** What a check demands. */
export function checkName(id: string): Words {
  if (id === 'f0-correlation') return { en: 'F0 correlation with the truth', ko: '정답과의 F0 상관' };
  if (id === 'speaker/source') {
    return { en: 'Speaker distance, converted / source', ko: '화자 거리, 변환 결과 / 원본' };
  }
  const other = trackName(id.replace('mcd/', ''));
  return { en: `MCD, converted / ${other.en.toLowerCase()}`, ko: `MCD, 변환 결과 / ${other.ko}` };
}
