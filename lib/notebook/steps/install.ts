/** "Step 1: Install Diff-SVC". */
import { UserError } from '../../config/errors';
import { inLanguage, say } from './messages';
import { rememberState } from './state';

/** Fields of the cell. */
export interface InstallFields {
  readonly fork: string;
  readonly sample_rate: string;
}

/**
 * Says what the choice of fork means here; nothing is installed.
 * @throws UserError `rate-24k`
 */
export async function installDiffSvc({ fork, sample_rate }: InstallFields): Promise<void> {
  if (sample_rate !== '44.1kHz') {
    throw new UserError(
      'rate-24k',
      inLanguage({
        en: `Expected sample_rate 44.1kHz, got ${sample_rate}: 24 kHz voices have 80 mel bins and another vocoder, which this program does not have; they lose everything above 12 kHz`,
        ko: `sample_rate는 44.1kHz여야 합니다(${sample_rate}). 24 kHz 목소리는 80개의 멜 구간과 다른 보코더를 쓰는데 이 프로그램에는 없으며, 12 kHz 위의 소리를 모두 잃습니다`,
      }),
      inLanguage({
        en: 'Choose 44.1kHz; recordings at any rate are converted.',
        ko: '44.1kHz를 고르세요. 다른 샘플레이트의 녹음은 자동으로 변환됩니다.',
      }),
    );
  }
  await rememberState({ fork });
  say({
    en: `Diff-SVC is installed. F0 comes from pYIN, which stands in for what "${fork}" uses where CREPE is off.`,
    ko: `Diff-SVC가 설치되어 있습니다. F0는 pYIN으로 구하며, CREPE를 끌 때 "${fork}"가 쓰는 방식을 대신합니다.`,
  });
}
