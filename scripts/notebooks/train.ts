/** train.ipynb: the documented steps under their own names and fields. */
import { baseVoices } from '../../lib/assets/base-voices';
import { boolean, choice, integer, markdown, type NotebookSource, text } from './source';

const forks = ['Official Diff-SVC Repo', "UtaUtaUtau's Repo"];
const voices = baseVoices.map((voice) => voice.choice);
const firstAt44k = baseVoices.findIndex(({ sampleRate }) => sampleRate === 44100);

export const train: NotebookSource = {
  name: 'train',
  cells: [
    markdown(
      'intro',
      '# Train a voice\n\nStep through the cells from top to bottom: fill in the form, press run, go on. Every cell can be run again at any time; one that lacks something says what, and which cell gives it.\n\n**What you need:** recordings of one voice, singing and speech, without accompaniment: 44.1 kHz wav files of at most about 15 seconds, about an hour in all, in one zip. Put it in *My Drive/diff-svc/&lt;singer_name&gt;/&lt;singer_name&gt;.zip*. Use only voices whose owner allows it.',
      '# 목소리 학습\n\n위에서 아래로 셀을 하나씩 진행합니다. 양식을 채우고 실행을 누른 뒤 다음으로 넘어가세요. 어느 셀이든 언제든지 다시 실행할 수 있고, 빠진 것이 있으면 무엇이 필요한지와 어느 셀에서 얻는지 알려 줍니다.\n\n**준비물:** 한 사람의 노래와 말소리를 반주 없이 녹음한 44.1 kHz wav 파일(하나에 15초 안팎까지, 모두 합쳐 약 1시간)을 zip 하나로 묶어 *내 드라이브/diff-svc/&lt;singer_name&gt;/&lt;singer_name&gt;.zip* 에 둡니다. 목소리 주인이 허락한 녹음만 사용하세요.',
    ),
    markdown('check-setup', '## Check setup', '## 환경 확인'),
    {
      kind: 'code',
      id: 'check-gpu',
      title: { en: 'Check GPU type', ko: 'Check GPU type (GPU 확인)' },
      fields: [],
      call: 'checkGpuType',
    },
    {
      kind: 'code',
      id: 'mount-drive',
      title: { en: 'Mount Google Drive', ko: 'Mount Google Drive (구글 드라이브 연결)' },
      notes: {
        en: 'Without Google Drive everything is kept in a folder of this machine; the cell says which.',
        ko: '구글 드라이브가 없으면 이 컴퓨터의 폴더에 저장하며, 어느 폴더인지 알려 줍니다.',
      },
      fields: [],
      call: 'mountGoogleDrive',
    },
    {
      kind: 'code',
      id: 'step-1',
      title: { en: 'Step 1: Install Diff-SVC', ko: 'Step 1: Install Diff-SVC (설치 확인)' },
      notes: {
        en: 'Nothing of Python is installed: the fork decides which F0 method stands in where CREPE is off.',
        ko: '파이썬은 설치하지 않습니다. fork는 CREPE를 끌 때 어떤 F0 추정 방식을 쓸지 정합니다.',
      },
      fields: [
        choice('fork', "UtaUtaUtau's Repo", forks),
        choice('sample_rate', '44.1kHz', ['24kHz', '44.1kHz']),
      ],
      call: 'installDiffSvc',
    },
    {
      kind: 'code',
      id: 'upload-dataset',
      title: { en: 'Upload dataset (optional)', ko: 'Upload dataset (선택: 데이터셋 업로드)' },
      notes: {
        en: 'Puts a zip of this machine into My Drive/diff-svc/<singer_name>/. Leave local_zip empty to choose a file.',
        ko: '이 컴퓨터의 zip을 내 드라이브/diff-svc/<singer_name>/ 에 올립니다. local_zip을 비우면 파일을 고를 수 있습니다.',
      },
      fields: [text('singer_name', 'Unnamed'), text('local_zip', '', 'path of a .zip on this machine')],
      call: 'uploadDataset',
    },
    {
      kind: 'code',
      id: 'step-2',
      title: { en: 'Step 2: Decompress dataset', ko: 'Step 2: Decompress dataset (데이터셋 압축 풀기)' },
      notes: {
        en: 'With * the zip is looked for at diff-svc/<singer_name>/<singer_name>.zip. voice_of: whose voice it is, and that they agreed; kept with the voice.',
        ko: '*로 두면 diff-svc/<singer_name>/<singer_name>.zip 을 찾습니다. voice_of에는 누구의 목소리이며 동의를 받았는지 적으세요. 목소리와 함께 보관됩니다.',
      },
      fields: [
        text('singer_name', 'Unnamed'),
        text('dataset_location', '/content/drive/MyDrive/*'),
        text('voice_of', '', 'e.g. my own voice'),
      ],
      call: 'decompressDataset',
    },
    {
      kind: 'code',
      id: 'step-2a',
      title: {
        en: 'Step 2-A: Decompress training data',
        ko: 'Step 2-A: Decompress training data (전처리된 데이터 풀기)',
      },
      notes: {
        en: 'Instead of steps 2 and 4, when step 4 was done before.',
        ko: '예전에 Step 4까지 마쳤다면 Step 2와 4 대신 이 셀을 실행합니다.',
      },
      fields: [
        text('singer_name', 'Unnamed'),
        text('preprocessed_data_location', '/content/drive/MyDrive/*'),
        text('config_location', '/content/drive/MyDrive/*'),
      ],
      call: 'decompressTrainingData',
    },
    markdown('options', '## Training options', '## 학습 옵션'),
    {
      kind: 'code',
      id: 'step-3',
      title: { en: 'Step 3: Edit training parameters', ko: 'Step 3: Edit training parameters (학습 설정)' },
      notes: {
        en: 'max_steps 0: by the minutes of data, 80,000 to 120,000 for an hour. save_dir is where every checkpoint goes; ckpt_directory: the .ckpt to go on from, or latest.',
        ko: 'max_steps가 0이면 데이터 분량에 따라 정합니다(1시간이면 80,000~120,000). save_dir에 체크포인트가 저장되고, 이어서 학습하려면 ckpt_directory에 .ckpt 경로나 latest를 적습니다.',
      },
      fields: [
        boolean('use_crepe', true),
        integer('checkpoint_interval', 2000),
        boolean('use_pretrain_model', false),
        choice('pretrain_model_select', voices[0]!, [
          ...voices.slice(0, firstAt44k),
          '---',
          ...voices.slice(firstAt44k),
          'custom',
        ]),
        text('pretrain_path', ''),
        boolean('use_save_dir', true),
        text('save_dir', '/content/drive/MyDrive/diff-svc/<singer_name>'),
        boolean('resume_training_from_ckpt', false),
        text('ckpt_directory', ''),
        boolean('endless_ds', false),
        integer('max_steps', 0),
      ],
      call: 'editTrainingParameters',
    },
    {
      kind: 'code',
      id: 'step-4',
      title: { en: 'Step 4: Pre-processing', ko: 'Step 4: Pre-processing (전처리)' },
      fields: [],
      call: 'preprocessData',
    },
    markdown('training', '## Training', '## 학습'),
    {
      kind: 'code',
      id: 'step-5-0',
      title: {
        en: 'Step 5-0: TensorBoard (run before step 5)',
        ko: 'Step 5-0: TensorBoard (Step 5보다 먼저 실행)',
      },
      fields: [],
      call: 'tensorBoard',
    },
    {
      kind: 'code',
      id: 'step-5',
      title: { en: 'Step 5: Training', ko: 'Step 5: Training (학습)' },
      notes: {
        en: 'A checkpoint every checkpoint_interval steps, the ten newest stay, older ones go to the trash. Interrupt (the square) saves and stops; run it again to go on.',
        ko: 'checkpoint_interval 스텝마다 저장하고 최근 10개만 남기며 오래된 것은 휴지통으로 옮깁니다. 중지(사각형)를 누르면 저장하고 멈추며, 다시 실행하면 이어집니다.',
      },
      fields: [],
      call: 'trainVoice',
    },
    {
      kind: 'code',
      id: 'step-6',
      title: { en: 'Step 6: Package model', ko: 'Step 6: Package model (모델 묶기)' },
      fields: [boolean('store_on_drive', true)],
      call: 'packageModel',
    },
    markdown(
      'next',
      'Next: open **inference.ipynb** and sing.',
      '다음: **inference.ipynb** 를 열어 노래를 변환하세요.',
    ),
  ],
};
