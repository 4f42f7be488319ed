/**
 * What the rows below say of flags, in the words of the form: who sees fields is not told of a command line. Where nothing
 * in the form does the same, the command is named as one.
 */
import { isUserError, UserError } from '../../config/errors';

const STEP_3 = '(Step 3)';

/** In this order: longer ones first. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/Resume with --resume latest/g, `Tick resume_training_from_ckpt ${STEP_3}`],
  [/with --resume latest/g, `with resume_training_from_ckpt ${STEP_3}`],
  [/pass --other-data to go on with changed data \(then not bit-exact\)/g, `begin anew in another save_dir`],
  [/pass --other-data to go on with changed F0 \(then not bit-exact\)/g, 'begin anew in another save_dir'],
  [/\(--vocoder, DIFF_SVC_VOCODER\)/g, '(DIFF_SVC_VOCODER)'],
  [/with --replace|use --replace to give up the clips that are there/g, 'delete that folder'],
  [/ and --offline forbids to fetch it/g, ' and it may not be fetched'],
  [/with --vocoder or DIFF_SVC_VOCODER/g, 'with DIFF_SVC_VOCODER'],
  [/\(((?:--keep \d+ )?--drive-[a-z-]+(?: \d+)?)\)/g, '(command line only: $1)'],
  [/ --steps says how many\./g, ' max_steps says how many.'],
  [/--checkpoint-interval/g, 'checkpoint_interval'],
  [/--save-dir/g, `save_dir ${STEP_3}`],
  [/--base\b/g, `pretrain_path ${STEP_3}`],
  [/`diff-svc /g, '`npx diff-svc '],
];

/** `text` with fields of the notebook in place of flags. */
export function formWords(text: string): string {
  return WORDS.reduce((now, [flag, field]) => now.replace(flag, field), text);
}

/** The same error in these words; everything else as it is. */
export function inFormWords(error: unknown): unknown {
  if (!isUserError(error)) return error;
  const [message, remedy] = [formWords(error.message), formWords(error.remedy)];
  if (message === error.message && remedy === error.remedy) return error;
  return new UserError(error.code, message, remedy, { cause: error.cause });
}
