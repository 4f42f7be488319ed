/** quickstart.ipynb: the demo in five cells. */
import { integer, markdown, type NotebookSource } from './source';

export const quickstart: NotebookSource = {
  name: 'quickstart',
  cells: [
    markdown(
      'intro',
      '# A first look, in five cells\n\nTwo synthetic singers: one teaches, the other sings a song that the first never sang. Needs no data, no GPU and no account; a few minutes on two cores.',
      '# 다섯 셀로 둘러보기\n\n합성한 가수 두 명이 나옵니다. 한 명의 목소리를 배운 뒤, 다른 가수가 부른 노래를 그 목소리로 바꿉니다. 데이터도 GPU도 계정도 필요 없고, 코어 두 개로 몇 분이면 끝납니다.',
    ),
    {
      kind: 'code',
      id: 'check',
      title: { en: 'Check the machine', ko: '환경 확인' },
      fields: [],
      call: 'checkGpuType',
    },
    {
      kind: 'code',
      id: 'singers',
      title: { en: 'Make two singers', ko: '가수 두 명 만들기' },
      fields: [],
      call: 'makeSingers',
    },
    {
      kind: 'code',
      id: 'train',
      title: { en: 'Learn the voice', ko: '목소리 배우기' },
      fields: [integer('steps', 800)],
      call: 'trainDemo',
    },
    {
      kind: 'code',
      id: 'convert',
      title: { en: 'Sing the song', ko: '노래 변환' },
      fields: [integer('key', 0)],
      call: 'convertDemo',
    },
    {
      kind: 'code',
      id: 'report',
      title: { en: 'Listen and compare', ko: '들어 보고 비교하기' },
      fields: [],
      call: 'showDemoReport',
    },
  ],
};
