/** What this machine says of NVIDIA GPUs, without loading CUDA. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { runCommand } from './run-command';

export interface NvidiaGpu {
  readonly name: string;
  readonly memoryMb: number;
}

/** `smi`: whether nvidia-smi ran, failed, or is not there. `onPciBus`: an NVIDIA display device, driver or not. */
export interface NvidiaFacts {
  readonly smi: 'works' | 'fails' | 'missing';
  readonly smiError?: string;
  readonly onPciBus: boolean;
  readonly gpus: readonly NvidiaGpu[];
  readonly driver?: string;
  /** newest CUDA version that the driver supports */
  readonly driverCuda?: string;
}

const SMI_TIMEOUT_MS = 20_000;
const PCI_DEVICES = '/sys/bus/pci/devices';

/** Asks nvidia-smi and the PCI bus. Never throws. */
export async function readNvidia(env: NodeJS.ProcessEnv): Promise<NvidiaFacts> {
  const onPciBus = hasNvidiaDisplay(PCI_DEVICES);
  const smi = (args: readonly string[]) => runCommand('nvidia-smi', args, { timeoutMs: SMI_TIMEOUT_MS, env });
  const query = await smi(['--query-gpu=name,memory.total,driver_version', '--format=csv,noheader,nounits']);
  if (query.missing) return { smi: 'missing', onPciBus, gpus: [] };
  if (query.code !== 0) {
    const smiError = query.timedOut ? 'no answer' : (query.stdout + query.stderr).trim().split('\n')[0]!;
    return { smi: 'fails', smiError, onPciBus, gpus: [] };
  }
  const driverCuda = /CUDA Version:\s*([\d.]+)/.exec((await smi([])).stdout)?.[1];
  return { smi: 'works', onPciBus, ...parseSmi(query.stdout), ...(driverCuda && { driverCuda }) };
}

/** Lines of `name, MB, driver version` to GPUs. */
export function parseSmi(csv: string): { gpus: NvidiaGpu[]; driver?: string } {
  const rows = csv
    .split('\n')
    .map((line) => line.split(',').map((cell) => cell.trim()))
    .filter((cells) => cells.length === 3);
  const gpus = rows.map(([name, memory]) => ({ name: name!, memoryMb: Number(memory) }));
  const driver = rows[0]?.[2];
  return { gpus, ...(driver && { driver }) };
}

/** PCI vendor 0x10de, class 0x03 (display): tells a GPU without a driver from no GPU. */
function hasNvidiaDisplay(devices: string): boolean {
  const read = (device: string, name: string) => fs.readFileSync(path.join(devices, device, name), 'utf8');
  try {
    return fs
      .readdirSync(devices)
      .some(
        (device) => read(device, 'vendor').startsWith('0x10de') && read(device, 'class').startsWith('0x03'),
      );
  } catch {
    return false; // no PCI bus to be seen, as in some containers
  }
}
