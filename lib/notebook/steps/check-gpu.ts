/** "Check GPU type". */
import { homedir } from 'node:os';
import { type Cell, table } from '../display';
import { inLanguage, say } from './messages';

/** Shows GPU, engine and machine, and what to do when something is missing. Never fails for want of a GPU. */
export async function checkGpuType(): Promise<void> {
  const { diagnose } = await import('../../engine/doctor');
  const { installedPlaces } = await import('../../engine/places');
  const { engine, gpu, machine } = await diagnose(
    installedPlaces(process.env, homedir()),
    process.env,
    process.cwd(),
  );
  const row = (en: string, ko: string, value: Cell): Record<string, Cell> => ({
    '': inLanguage({ en, ko }),
    ' ': value,
  });
  const gpus = gpu.gpus.map(
    ({ name, memoryMb }) => `${name}, ${((memoryMb * 2 ** 20) / 1e9).toFixed(1)} GB VRAM`,
  );
  table([
    row('GPU', 'GPU', gpus.join('; ') || inLanguage({ en: 'none found', ko: '없음' })),
    row(
      'Engine',
      '엔진',
      engine.tensorflow ? `TensorFlow ${engine.tensorflow} (${engine.chosen})` : engine.chosen,
    ),
    row('Processor cores', '프로세서 코어', machine.cores),
    row('Memory free', '남은 메모리', `${(machine.freeMemoryBytes / 1e9).toFixed(1)} GB`),
  ]);
  if (engine.problem) process.stdout.write(`${engine.problem}\n`);
  if (gpu.advice.code !== 'used') {
    say({
      en: `${gpu.advice.reason}\n${gpu.advice.remedy}`,
      ko: `GPU를 쓰지 않습니다. ${gpu.advice.reason}\n${gpu.advice.remedy}`,
    });
  }
}
