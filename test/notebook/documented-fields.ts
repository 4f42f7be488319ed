/** The cells of the known Colab notebooks: names and numbers, as people who come from there know them. */

export type FieldKind = 'string' | 'integer' | 'number' | 'boolean' | 'dropdown';

/** One field of a form. */
export interface DocumentedField {
  readonly name: string;
  readonly kind: FieldKind;
  /** null: the known notebooks differ or say nothing */
  readonly value: string | number | boolean | null;
  readonly options?: readonly string[];
  /** where ours is not the same: what it is, and why */
  readonly ours?: {
    readonly kind?: FieldKind;
    readonly value?: string | number | boolean;
    readonly why: string;
  };
}

/** One cell. */
export interface DocumentedCell {
  readonly title: string;
  readonly fields: readonly DocumentedField[];
}

const anywhereOnDrive = '/content/drive/MyDrive/*';
const singerName: DocumentedField = { name: 'singer_name', kind: 'string', value: 'Unnamed' };

function text(name: string, value: string | null, ours?: DocumentedField['ours']): DocumentedField {
  return { name, kind: 'string', value, ...(ours === undefined ? {} : { ours }) };
}

function box(name: string, value: boolean, ours?: DocumentedField['ours']): DocumentedField {
  return { name, kind: 'boolean', value, ...(ours === undefined ? {} : { ours }) };
}

/** In the order of the notebook. */
export const trainingCells: readonly DocumentedCell[] = [
  { title: 'Check GPU type', fields: [] },
  { title: 'Mount Google Drive', fields: [] },
  {
    title: 'Step 1: Install Diff-SVC',
    fields: [
      {
        name: 'fork',
        kind: 'dropdown',
        value: "UtaUtaUtau's Repo",
        options: ['Official Diff-SVC Repo', "UtaUtaUtau's Repo"],
      },
      { name: 'sample_rate', kind: 'dropdown', value: '44.1kHz', options: ['24kHz', '44.1kHz'] },
    ],
  },
  {
    title: 'Step 2: Decompress dataset',
    fields: [singerName, text('dataset_location', anywhereOnDrive)],
  },
  {
    title: 'Step 2-A: Decompress training data',
    fields: [
      singerName,
      text('preprocessed_data_location', anywhereOnDrive),
      text('config_location', anywhereOnDrive),
    ],
  },
  {
    title: 'Step 3: Edit training parameters',
    fields: [
      box('use_crepe', true),
      { name: 'checkpoint_interval', kind: 'integer', value: 2000 },
      box('use_pretrain_model', false),
      {
        name: 'pretrain_model_select',
        kind: 'dropdown',
        value: 'nyaru (feminine 24kHz)',
        options: [
          'nyaru (feminine 24kHz)',
          'nehito (24kHz)',
          'opencpop (24kHz)',
          'liee (24kHz)',
          '---',
          'liee (44.1kHz)',
          'Mimi-YA EQUINOX v2 (44.1kHz)',
          'nehito (44.1kHz)',
          'custom',
        ],
      },
      text('pretrain_path', ''),
      box('use_save_dir', false, { value: true, why: 'the documented steps name a folder of Drive' }),
      text('save_dir', '/content/diff-svc/checkpoints', {
        value: '/content/drive/MyDrive/diff-svc/<singer_name>',
        why: 'the documented steps name this folder',
      }),
      box('resume_training_from_ckpt', false),
      text('ckpt_directory', ''),
      box('endless_ds', false),
    ],
  },
  { title: 'Step 4: Pre-processing', fields: [] },
  { title: 'Step 5-0 Tensorboard (run before step 5)', fields: [] },
  { title: 'Step 5: Training', fields: [] },
  { title: 'Step 6: Package Model', fields: [box('store_on_drive', true)] },
];

/** In the order of the notebook. */
export const inferenceCells: readonly DocumentedCell[] = [
  { title: 'Mount your Gdrive', fields: [] },
  {
    title: 'Setup / Install',
    fields: [
      { name: 'Mode', kind: 'dropdown', value: 'install', options: ['install', 'update', 'remove'] },
      {
        name: 'Repository',
        kind: 'dropdown',
        value: 'UtaUtaUtau',
        options: ['Official Diff-SVC', 'UtaUtaUtau'],
      },
      text('Branch_name', ''),
    ],
  },
  {
    title: 'Load model',
    fields: [text('project_name', null), text('model_path', null), text('config_path', null)],
  },
  { title: 'Import your audio', fields: [text('audio_location', null)] },
  {
    title: 'Input audio and adjust parameters',
    fields: [
      { name: 'key', kind: 'integer', value: 0 },
      { name: 'pndm_speedup', kind: 'integer', value: 10 },
      { name: 'add_noise_step', kind: 'integer', value: 900 },
      {
        name: 'thre',
        kind: 'integer',
        value: 1,
        ours: { kind: 'number', value: 0.05, why: 'it is used as a fraction; 0.05 is the default elsewhere' },
      },
      box('use_crepe', false),
      box('use_pe', true),
      box('use_gt_mel', false),
      text('folder', 'batch_audio'),
    ],
  },
  { title: 'Zip up the result to your drive', fields: [text('zip_exp_name', null)] },
  { title: 'Delete old inputted wav and rendered wav', fields: [] },
];
