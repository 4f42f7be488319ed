/** Both ways between this program and PyTorch, where PyTorch is installed. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readCheckpoint } from '../../lib/checkpoint/read';
import { readTorchFile } from '../../lib/checkpoint/torch-file';
import type { TorchTensor } from '../../lib/checkpoint/torch-tensor';
import { writeCheckpoint } from '../../lib/checkpoint/write';
import { SHAPES, sampleCheckpoint } from './samples';
import { runPython, torchPython } from './torch-python';

const python = torchPython();
const folder = mkdtempSync(join(tmpdir(), 'torch-'));
afterAll(() => rmSync(folder, { recursive: true }));

const CHECK = `
import json, math, sys, zipfile, torch
path, shapes = sys.argv[1], json.loads(sys.argv[2])
assert zipfile.ZipFile(path).testzip() is None
c = torch.load(path, weights_only=True)
# now: AdamW goes on to change the tensors that it is given
torch.save(c, sys.argv[3])
torch.save(c, sys.argv[4], _use_new_zipfile_serialization=False)
assert list(c) == ['epoch', 'global_step', 'checkpoint_callback_best', 'optimizer_states', 'lr_schedulers', 'state_dict', 'diff_svc_ts'], list(c)
assert c['epoch'] == 7 and c['global_step'] == 300 and c['checkpoint_callback_best'] == math.inf and c['lr_schedulers'] == []
assert type(c['state_dict']).__name__ == 'OrderedDict'
assert list(c['state_dict']) == ['model.' + name for name in shapes]
def value(shape, index):
    return (torch.arange(math.prod(shape), dtype=torch.float32) / 8 + index).reshape(shape)
for i, (name, shape) in enumerate(shapes.items()):
    assert torch.equal(c['state_dict']['model.' + name], value(shape, i)), name
state = c['optimizer_states'][0]
names = [n for n in shapes if '.' in n and '_float_tensor' not in n]
params = [torch.nn.Parameter(torch.zeros(shapes[n])) for n in names]
adam = torch.optim.AdamW(params, lr=1, betas=(0.9, 0.98), weight_decay=0)
adam.load_state_dict(state)
group = adam.param_groups[0]
assert (group['lr'], group['initial_lr'], group['betas'], group['eps'], group['weight_decay']) == (0.00025, 0.0008, (0.9, 0.98), 1e-8, 0)
assert sorted(state['state']) == [0, 1] and state['param_groups'][0]['params'] == [0, 1, 2]
for i in (0, 1):
    s = adam.state[params[i]]
    assert s['step'].item() == 300 and torch.equal(s['exp_avg'], value(shapes[names[i]], 20 + i))
    assert torch.equal(s['exp_avg_sq'], value(shapes[names[i]], 30 + i))
torch.optim.lr_scheduler.StepLR(adam, 40000, 0.5, last_epoch=300)
for p in params[:2]: p.grad = torch.ones_like(p)
adam.step()
assert adam.state[params[0]]['step'].item() == 301
extra = c['diff_svc_ts']
assert extra['format_version'] == 1 and extra['seed'] == 2 ** 40 + 5 and extra['encoder_id'] == 'mfcc-1 한국어'
assert extra['profile'] == {'encoder': 'mfcc-1', 'values': {'warp': 1.0, 'mean': [0.0, -0.5, 1e-12], 'empty': []}}
assert type(extra['profile']['values']['warp']) is float
assert torch.equal(extra['retrieval'], torch.tensor([[1., 2.], [3., 4.], [5., 6.]]))
mapped = torch.load(path, weights_only=True, mmap=True)
assert torch.equal(mapped['state_dict']['model.betas'], c['state_dict']['model.betas'])
print('equal')
`;

const WRITE = `
import sys, torch
torch.manual_seed(0)
x = torch.randn(5, 7)
d = {'float32': x, 'float16': x.half(), 'bfloat16': x.bfloat16(), 'float64': x.double(), 'turned': x.t(), 'part': x[1:4, ::2],
     'expanded': x[:1].expand(3, 7), 'int64': torch.arange(5) - 2 ** 40, 'int16': torch.arange(5, dtype=torch.int16) - 3,
     'uint8': torch.arange(250, 256, dtype=torch.uint8), 'bool': x[0] > 0, 'scalar': torch.tensor(2.5), 'empty': x[:0],
     'parameter': torch.nn.Parameter(x)}
d['expected'] = {k: v.detach().float().contiguous().clone() for k, v in d.items()}
torch.save(d, sys.argv[1])
torch.save(d, sys.argv[2], _use_new_zipfile_serialization=False)
torch.save(d, sys.argv[3], pickle_protocol=4)
`;

describe.skipIf(python === null)('PyTorch', () => {
  test('reads what is written here, continues its optimiser, and what it writes comes back equal', async () => {
    const [ours, zip, legacy] = ['model_ckpt_steps_300.ckpt', 'zip.ckpt', 'legacy.ckpt'].map((n) =>
      join(folder, n),
    );
    const checkpoint = sampleCheckpoint();
    await writeCheckpoint(ours!, checkpoint);
    expect(runPython(python!, CHECK, ours!, JSON.stringify(SHAPES), zip!, legacy!).trim()).toBe('equal');
    for (const path of [ours!, zip!, legacy!]) expect(await readCheckpoint(path)).toEqual(checkpoint);
  });

  test('its element types, views and protocols are read', async () => {
    const paths = ['a.pt', 'b.pt', 'c.pt'].map((name) => join(folder, name));
    runPython(python!, WRITE, ...paths);
    for (const path of paths) {
      const tree = (await readTorchFile(path)) as Map<string, TorchTensor>;
      const expected = tree.get('expected') as unknown as Map<string, TorchTensor>;
      expect(expected.size).toBe(14);
      for (const [name, tensor] of expected) {
        expect(tree.get(name)!.shape, name).toEqual(tensor.shape);
        expect(tree.get(name)!.toFloat32(), `${name} in ${path}`).toEqual(tensor.toFloat32());
      }
    }
  });
});
