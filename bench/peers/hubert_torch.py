"""PyTorch peer of `npm run bench -- hubert`: the forward pass of HuBERT-soft at full size (random weights), timed.

Prints {"ready": true} when warm, then answers each line on stdin with one timed repeat. The network is that of van Niekerk et
al. 2022 (HuBERT base and a last projection), written with PyTorch's own modules, in eval mode.
"""
import argparse
import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

parser = argparse.ArgumentParser()
parser.add_argument("--seconds", type=float, default=10)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--bf16", action="store_true")
args = parser.parse_args()
torch.set_num_threads(args.threads)
torch.manual_seed(0)

KERNELS, STRIDES, CHANNELS, WIDTH = [10, 3, 3, 3, 3, 2, 2], [5, 2, 2, 2, 2, 2, 2], 512, 768


class HubertSoft(nn.Module):
    def __init__(self):
        super().__init__()
        inputs = [1] + [CHANNELS] * 6
        self.convolutions = nn.ModuleList(
            nn.Conv1d(i, CHANNELS, k, s, bias=False) for i, k, s in zip(inputs, KERNELS, STRIDES)
        )
        self.first_norm = nn.GroupNorm(CHANNELS, CHANNELS)
        self.feature_norm = nn.LayerNorm(CHANNELS)
        self.projection = nn.Linear(CHANNELS, WIDTH)
        self.positional = nn.Conv1d(WIDTH, WIDTH, 128, padding=64, groups=16)
        self.norm = nn.LayerNorm(WIDTH)
        layer = nn.TransformerEncoderLayer(WIDTH, 12, 3072, dropout=0, activation="gelu", batch_first=True)
        self.layers = nn.TransformerEncoder(layer, 12, enable_nested_tensor=False)
        self.output = nn.Linear(WIDTH, 256)

    def forward(self, wav):
        x = F.pad(wav, (40, 40))
        for i, convolution in enumerate(self.convolutions):
            x = convolution(x)
            x = F.gelu(self.first_norm(x) if i == 0 else x)
        x = self.projection(self.feature_norm(x.transpose(1, 2)))
        positional = F.gelu(self.positional(x.transpose(1, 2))[..., :-1]).transpose(1, 2)
        return self.output(self.layers(self.norm(x + positional)))


network = HubertSoft().eval()
wav = torch.randn(1, 1, int(16000 * args.seconds)) * 0.1


def repeat():
    started = time.perf_counter()
    with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16, enabled=args.bf16):
        network(wav)
    return time.perf_counter() - started


repeat(), repeat()
print(json.dumps({"ready": True}), flush=True)
for _ in sys.stdin:
    print(json.dumps({"seconds": repeat()}), flush=True)
