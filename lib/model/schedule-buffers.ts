/** What the tables of the noise schedule are called in a file. */

/** Names of the tables in a checkpoint, in its order. */
export const scheduleBufferNames = {
  betas: 'betas',
  alphasCumprod: 'alphas_cumprod',
  alphasCumprodPrev: 'alphas_cumprod_prev',
  sqrtAlphasCumprod: 'sqrt_alphas_cumprod',
  sqrtOneMinusAlphasCumprod: 'sqrt_one_minus_alphas_cumprod',
  logOneMinusAlphasCumprod: 'log_one_minus_alphas_cumprod',
  sqrtRecipAlphasCumprod: 'sqrt_recip_alphas_cumprod',
  sqrtRecipm1AlphasCumprod: 'sqrt_recipm1_alphas_cumprod',
  posteriorVariance: 'posterior_variance',
  posteriorLogVarianceClipped: 'posterior_log_variance_clipped',
  posteriorMeanCoef1: 'posterior_mean_coef1',
  posteriorMeanCoef2: 'posterior_mean_coef2',
} as const;
