/** inference.ipynb: the documented fields of batch inference. */
import { boolean, choice, integer, markdown, type NotebookSource, number, text } from './source';

export const inference: NotebookSource = {
  name: 'inference',
  cells: [
    markdown(
      'intro',
      '# Sing in a trained voice\n\nA trained voice (a .ckpt, or the folder of its checkpoints) and one or more songs: each a wav of one singer without accompaniment. A broken file is reported and left out; the rest goes on.',
      '# 학습한 목소리로 노래하기\n\n학습한 목소리(.ckpt 파일 또는 체크포인트 폴더)와 반주 없는 독창 wav 파일이 필요합니다. 읽을 수 없는 파일은 이유를 알려 주고 건너뛰며 나머지는 계속합니다.',
    ),
    {
      kind: 'code',
      id: 'mount-drive',
      title: { en: 'Mount your Gdrive', ko: 'Mount your Gdrive (구글 드라이브 연결)' },
      fields: [],
      call: 'mountGoogleDrive',
    },
    {
      kind: 'code',
      id: 'install',
      title: { en: 'Setup / Install', ko: 'Setup / Install (설치 확인)' },
      notes: {
        en: 'remove deletes what this program has fetched and cached, after asking.',
        ko: 'remove는 내려받은 파일과 캐시를 확인을 받은 뒤 지웁니다.',
      },
      fields: [
        choice('Mode', 'install', ['install', 'update', 'remove']),
        choice('Repository', 'UtaUtaUtau', ['Official Diff-SVC', 'UtaUtaUtau']),
        text('Branch_name', ''),
      ],
      call: 'setupInference',
    },
    {
      kind: 'code',
      id: 'load-model',
      title: { en: 'Load model', ko: 'Load model (모델 불러오기)' },
      notes: {
        en: 'config_path may stay empty: a voice trained here holds its configuration.',
        ko: '여기서 학습한 목소리는 설정이 안에 들어 있으므로 config_path는 비워 두어도 됩니다.',
      },
      fields: [text('project_name', ''), text('model_path', ''), text('config_path', '')],
      call: 'loadModel',
    },
    {
      kind: 'code',
      id: 'import-audio',
      title: { en: 'Import your audio', ko: 'Import your audio (노래 가져오기)' },
      notes: {
        en: 'A file, a folder or an archive (.zip). Empty: choose files to upload.',
        ko: '파일, 폴더 또는 압축 파일(.zip). 비우면 올릴 파일을 고릅니다.',
      },
      fields: [text('audio_location', '')],
      call: 'importAudio',
    },
    {
      kind: 'code',
      id: 'convert',
      title: { en: 'Input audio and adjust parameters', ko: 'Input audio and adjust parameters (변환)' },
      notes: {
        en: 'key: semitones (a man to a woman is often 8 or 12). pndm_speedup: 1000 divided by it is the number of steps.',
        ko: 'key: 반음 단위(남성에서 여성으로는 보통 8 또는 12). pndm_speedup: 1000을 이 값으로 나눈 만큼 단계를 거칩니다.',
      },
      fields: [
        integer('key', 0),
        integer('pndm_speedup', 10),
        integer('add_noise_step', 900),
        number('thre', 0.05),
        boolean('use_crepe', false),
        boolean('use_pe', true),
        boolean('use_gt_mel', false),
        text('folder', 'batch_audio'),
      ],
      call: 'convertAudio',
    },
    {
      kind: 'code',
      id: 'zip',
      title: {
        en: 'Zip up the result to your drive',
        ko: 'Zip up the result to your drive (결과를 드라이브에 저장)',
      },
      fields: [text('zip_exp_name', 'results')],
      call: 'zipResults',
    },
    {
      kind: 'code',
      id: 'clean',
      title: {
        en: 'Delete old inputted wav and rendered wav',
        ko: 'Delete old inputted wav and rendered wav (지난 파일 지우기)',
      },
      fields: [],
      call: 'deleteOldAudio',
    },
  ],
};
