/** All groups. `npm run parity` and test/parity.test.ts run every file of the manifest with the one that answers for it. */
import { alignGroup } from './align';
import { batchingGroup } from './batching';
import { checkpointsGroup } from './checkpoints';
import { conditionerGroup } from './conditioner';
import { denoiserGroup } from './denoiser';
import { diffusionGroup } from './diffusion';
import type { ParityGroup } from './group';
import { hubertGroup } from './hubert';
import { inferenceGroup } from './inference';
import { maliciousGroup } from './malicious';
import { melGroup } from './mel';
import { nsfHifiganGroup } from './nsf-hifigan';
import { pitchGroup } from './pitch';
import { residualBlockGroup } from './residual-block';
import { slicerGroup } from './slicer';
import { trainingGroup } from './training';

export const groups: readonly ParityGroup[] = [
  melGroup,
  pitchGroup,
  alignGroup,
  slicerGroup,
  batchingGroup,
  denoiserGroup,
  residualBlockGroup,
  diffusionGroup,
  conditionerGroup,
  trainingGroup,
  hubertGroup,
  nsfHifiganGroup,
  inferenceGroup,
  checkpointsGroup,
  maliciousGroup,
];
