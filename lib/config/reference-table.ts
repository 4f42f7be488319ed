/**
 * The reference's flat configuration keys (spec section a): which of ours they are, which have one value that we can
 * honour, and which mean nothing to us. The only place that knows both.
 */

/** Reference key -> paths in our configuration that it sets. */
export const MAPPED: Readonly<Record<string, readonly string[]>> = {
  audio_sample_rate: ['audio.sampleRate'],
  audio_num_mel_bins: ['audio.melBins', 'model.melBins'],
  fft_size: ['audio.fftSize'],
  win_size: ['audio.winSize'],
  hop_size: ['audio.hopSize'],
  fmin: ['audio.fminHz'],
  fmax: ['audio.fmaxHz'],
  f0_min: ['audio.f0MinHz', 'model.f0MinHz'],
  f0_max: ['audio.f0MaxHz', 'model.f0MaxHz'],
  hidden_size: ['model.hiddenSize'],
  residual_channels: ['model.residualChannels'],
  residual_layers: ['model.residualLayers'],
  dilation_cycle_length: ['model.dilationCycleLength'],
  timesteps: ['model.timesteps'],
  K_step: ['model.kStep'],
  max_beta: ['model.maxBeta'],
  no_fs2: ['model.noFs2'],
  enc_layers: ['model.fs2.encLayers'],
  dec_layers: ['model.fs2.decLayers'],
  num_heads: ['model.fs2.numHeads'],
  enc_ffn_kernel_size: ['model.fs2.ffnKernelSize'],
  dropout: ['model.fs2.dropout'],
  spec_min: ['model.specMin'],
  spec_max: ['model.specMax'],
  diff_loss_type: ['training.loss'],
  lr: ['training.learningRate'],
  decay_steps: ['training.decaySteps'],
  clip_grad_norm: ['training.clipGradNorm'],
  max_sentences: ['training.maxSentences'],
  max_tokens: ['training.maxTokens'],
  max_frames: ['training.maxFrames'],
  max_input_tokens: ['training.maxInputTokens'],
  val_check_interval: ['training.checkpointInterval'],
  num_ckpt_keep: ['training.numCkptKeep'],
  max_updates: ['training.maxUpdates'],
  endless_ds: ['training.endlessDs'],
  sort_by_len: ['training.sortByLen'],
  seed: ['training.seed'],
  mel_vmin: ['inference.melMin'],
  mel_vmax: ['inference.melMax'],
  pndm_speedup: ['inference.speedup'],
};

/** Reference keys that change what is computed, with the only value that we can honour. */
export const FIXED: Readonly<Record<string, unknown>> = {
  f0_bin: 256,
  schedule_type: 'linear',
  accumulate_grad_batches: 1,
  use_pitch_embed: true,
  use_uv: false,
  use_energy_embed: false,
  use_spk_id: false,
  use_spk_embed: false,
  pitch_norm: 'log',
  pitch_type: 'frame',
  ffn_padding: 'SAME',
  ffn_act: 'gelu',
  rel_pos: true,
  use_pos_embed: true,
  predictor_layers: 5,
  predictor_kernel: 5,
  predictor_hidden: -1,
};

/** Reference keys that change nothing here, with the value that is written for the reference's own programs. */
export const UNUSED: Readonly<Record<string, unknown>> = {
  predictor_grad: 0.1,
  warmup_updates: 2000,
  max_eval_sentences: 1,
  max_eval_tokens: 60000,
  num_sanity_val_steps: 1,
  num_valid_plots: 10,
  save_best: false,
  use_crepe: true,
  use_nsf: true,
  hubert_path: 'checkpoints/hubert/hubert_soft.pt',
  vocoder_ckpt: 'checkpoints/nsf_hifigan/model',
};

/** Reference keys that name places and programs of one machine: neither read nor written. */
export const LOCAL: ReadonlySet<string> = new Set([
  'keep_bins',
  'raw_data_dir',
  'binary_data_dir',
  'work_dir',
  'config_path',
  'choose_test_manually',
  'test_prefixes',
  'load_ckpt',
  'vocoder',
  'optimizer',
]);
