/**
 * Training step in a checkpoint's file name: the digits after `steps_` (spec section g), e.g.
 * `model_ckpt_steps_4000.ckpt`, `clean_model_ckpt_steps_4000.ckpt`. null if there are none.
 */
export function stepOfName(name: string): number | null {
  const digits = /steps_(\d{1,15})(?!\d)/.exec(name)?.[1];
  return digits === undefined ? null : Number(digits);
}
