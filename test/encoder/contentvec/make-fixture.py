"""Makes contentvec.safetensors and the .pt files beside it with PyPI's transformers and torch (random weights of a small
HuBERT base), in the layouts of transformers and fairseq. The fairseq file carries the objects that the real one does.
Usage: python make-fixture.py (needs torch, transformers, safetensors, omegaconf)"""
import argparse, collections, os, sys, types
import torch
from omegaconf import OmegaConf
from safetensors.torch import save_file
from transformers import HubertConfig, HubertModel

here = os.path.dirname(os.path.abspath(__file__))
torch.manual_seed(7)
config = HubertConfig(
    hidden_size=16, num_hidden_layers=12, num_attention_heads=4, intermediate_size=16, conv_dim=(6,) * 7,
    num_conv_pos_embeddings=16, num_conv_pos_embedding_groups=4, feat_extract_norm="group", do_stable_layer_norm=False)
model = HubertModel(config).eval()
for name, p in model.named_parameters():
    if p.dim() == 1:
        p.data.add_(0.2 * torch.randn_like(p))
projection = torch.nn.Linear(16, 10)
wav = torch.randn(5000) * 0.3
with torch.no_grad():
    out = model(wav[None], output_hidden_states=True)
    l12 = out.last_hidden_state[0]
    l9 = projection(out.hidden_states[9])[0]
save_file({"wav": wav, "l12": l12.contiguous(), "l9": l9.contiguous()}, f"{here}/contentvec.safetensors")

state = {k: v.clone() for k, v in model.state_dict().items()}
state["final_proj.weight"], state["final_proj.bias"] = projection.weight.data, projection.bias.data
torch.save(state, f"{here}/transformers.bin")

def fairseq_name(name):
    table = [("encoder.pos_conv_embed.conv.parametrizations.weight.original0", "encoder.pos_conv.0.weight_g"),
             ("encoder.pos_conv_embed.conv.parametrizations.weight.original1", "encoder.pos_conv.0.weight_v"),
             ("encoder.pos_conv_embed.conv.", "encoder.pos_conv.0."),
             ("feature_projection.layer_norm", "layer_norm"), ("feature_projection.projection", "post_extract_proj"),
             (".attention.", ".self_attn."), (".feed_forward.intermediate_dense", ".fc1"), (".feed_forward.output_dense", ".fc2")]
    if name.startswith("feature_extractor.conv_layers.0.layer_norm"):
        return name.replace(".layer_norm", ".2")
    if name.startswith("feature_extractor"):
        return name.replace(".conv.", ".0.")
    if name.startswith("encoder.layers") and ".final_layer_norm" not in name:
        name = name.replace(".layer_norm", ".self_attn_layer_norm")
    for a, b in table:
        name = name.replace(a, b)
    return name.replace("masked_spec_embed", "mask_emb")

class Dictionary:
    def __init__(self):
        self.symbols, self.indices = ["<s>"], {"<s>": 0}
Dictionary.__module__, Dictionary.__qualname__ = "fairseq.data.dictionary", "Dictionary"
for part in ("fairseq", "fairseq.data", "fairseq.data.dictionary"):
    sys.modules[part] = types.ModuleType(part)
sys.modules["fairseq.data.dictionary"].Dictionary = Dictionary
fair = {fairseq_name(k): v for k, v in state.items()}
fair["label_embs_concat"] = torch.randn(5, 10)
torch.save({"args": argparse.Namespace(arch="hubert", seed=1337), "model": fair,
            "cfg": OmegaConf.create({"task": {"normalize": False, "labels": ["km"]}, "lr": [0.1]}),
            "task_state": {"dictionaries": [Dictionary()]}, "extra": collections.defaultdict(dict, {"a": {}})},
           f"{here}/fairseq.pt")
