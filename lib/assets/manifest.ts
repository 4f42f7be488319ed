/**
 * The public networks of this field: where they are, how large, which bytes, under which licence. Sizes and hashes are
 * those that their publishers or several users state; where none is known the first download is pinned and said to be.
 */
import type { Asset, AssetMember } from './asset';
import { baseVoices } from './base-voices';

const nonCommercial =
  'CC BY-NC-SA 4.0: no commercial use, results and copies under the same terms, with the NOTICE of OpenVPI Vocoders.';

const openvpi = {
  kind: 'vocoder',
  licence: 'CC-BY-NC-SA-4.0',
  terms: nonCommercial,
  cite: 'OpenVPI community vocoders, https://openvpi.github.io/vocoders',
} as const;

const release = 'https://github.com/openvpi/vocoders/releases/download';

function member(path: string, bytes: number | null = null, sha256: string | null = null): AssetMember {
  return { path, file: path.slice(path.lastIndexOf('/') + 1), bytes, sha256 };
}

const encoders: readonly Asset[] = [
  {
    name: 'hubert-soft',
    kind: 'encoder',
    file: 'hubert-soft-0d54a1f4.pt',
    urls: ['https://github.com/bshall/hubert/releases/download/v0.1/hubert-soft-0d54a1f4.pt'],
    bytes: null,
    sha256: null,
    licence: 'MIT (stated for the repository, not for the weights)',
    terms: null,
    use: 'HuBERT-soft v0.1: the content encoder that Diff-SVC voices are trained with.',
    cite: 'van Niekerk et al., A Comparison of Discrete and Soft Speech Units for Improved Voice Conversion, ICASSP 2022',
    members: [],
  },
  {
    name: 'hubert-soft-v0.2',
    kind: 'encoder',
    file: 'hubert-soft-35d9f29f.pt',
    urls: ['https://github.com/bshall/hubert/releases/download/v0.2/hubert-soft-35d9f29f.pt'],
    bytes: null,
    sha256: null,
    licence: 'MIT (stated for the repository, not for the weights)',
    terms: null,
    use: 'HuBERT-soft v0.2, the same network in the layout of newer PyTorch.',
    cite: 'van Niekerk et al., A Comparison of Discrete and Soft Speech Units for Improved Voice Conversion, ICASSP 2022',
    members: [],
  },
  {
    name: 'contentvec',
    kind: 'encoder',
    file: 'hubert_base.pt',
    urls: ['https://huggingface.co/lj1995/VoiceConversionWebUI/resolve/main/hubert_base.pt'],
    bytes: 189_507_909,
    sha256: 'f54b40fd2802423a5643779c4861af1e9ee9c1564dc9d32f54f20b5ffba7db96',
    licence: 'MIT',
    terms: null,
    use: 'ContentVec, cropped: units of width 256 (layer 9) or 768 (layer 12).',
    cite: 'Qian et al., ContentVec: An Improved Self-Supervised Speech Representation by Disentangling Speakers, ICML 2022',
    members: [],
  },
  {
    name: 'content-vec-best',
    kind: 'encoder',
    file: 'content-vec-best.bin',
    urls: ['https://huggingface.co/lengyue233/content-vec-best/resolve/main/pytorch_model.bin'],
    bytes: 378_342_945,
    sha256: 'd8dd400e054ddf4e6be75dab5a2549db748cc99e756a097c496c099f65a4854e',
    licence: 'MIT (stated for ContentVec; not for this copy)',
    terms: null,
    use: 'ContentVec in the layout of transformers, whole.',
    cite: 'Qian et al., ContentVec: An Improved Self-Supervised Speech Representation by Disentangling Speakers, ICML 2022',
    members: [],
  },
];

const vocoders: readonly Asset[] = [
  {
    ...openvpi,
    name: 'nsf-hifigan',
    file: 'nsf_hifigan_20221211.zip',
    urls: [`${release}/nsf-hifigan-v1/nsf_hifigan_20221211.zip`],
    bytes: 52_778_967,
    sha256: 'd86ea84b7e2c9169afb5ccbb720b5542704be519c643f698332f2014a8f2d6bd',
    use: 'NSF-HiFiGAN 2022.12, 44.1 kHz, 128 mel bins: the vocoder of Diff-SVC at 44.1 kHz.',
    members: [
      member(
        'nsf_hifigan/model',
        56_825_430,
        '2c576b63b7ed952161b70fad34e0562ace502ce689195520d8a2a6c051de29d6',
      ),
      member(
        'nsf_hifigan/config.json',
        845,
        '9707614b59c299766a91ea25b5ec62cfd813a45a902766c454f75b6868118684',
      ),
      member(
        'nsf_hifigan/NOTICE.txt',
        3104,
        'a393b44505ccb6d1da63c2c73ccbbdaeb9b877a5227bf41b1b1e4a8429a51dd6',
      ),
    ],
  },
  {
    ...openvpi,
    name: 'nsf-hifigan-2024.02',
    file: 'nsf_hifigan_44.1k_hop512_128bin_2024.02.zip',
    urls: [`${release}/nsf-hifigan-44.1k-hop512-128bin-2024.02/nsf_hifigan_44.1k_hop512_128bin_2024.02.zip`],
    bytes: null,
    sha256: null,
    use: 'NSF-HiFiGAN 2024.02, fine-tuned on more singing; same mel as 2022.12.',
    members: [member('model.ckpt'), member('config.json'), member('NOTICE.txt')],
  },
  {
    ...openvpi,
    name: 'nsf-hifigan-2024.02-onnx',
    file: 'nsf_hifigan_44.1k_hop512_128bin_2024.02.oudep',
    urls: [
      `${release}/nsf-hifigan-44.1k-hop512-128bin-2024.02/nsf_hifigan_44.1k_hop512_128bin_2024.02.oudep`,
    ],
    bytes: 52_893_206,
    sha256: 'ab949b2a6a85dd638888d03d8e9566fab5bffe18cc5377ec32a8d264d92feee2',
    use: 'The 2024.02 release as ONNX.',
    members: [],
  },
  {
    ...openvpi,
    name: 'pc-nsf-hifigan-2025.02',
    file: 'pc_nsf_hifigan_44.1k_hop512_128bin_2025.02.zip',
    urls: [
      `${release}/pc-nsf-hifigan-44.1k-hop512-128bin-2025.02/pc_nsf_hifigan_44.1k_hop512_128bin_2025.02.zip`,
    ],
    bytes: 52_675_337,
    sha256: '9d98ba73727f2abb75172cf8249d75182237e8472fc3b6ed09c721ae8b0e83c6',
    use: 'NSF-HiFiGAN 2025.02, pitch-controllable (mini_nsf); same mel as 2022.12.',
    members: [
      member('model.ckpt', null, 'd6dd28909d2a1a2dcf74b3e3aa0b82b48695b87979fdf41561940aeecd85c67f'),
      member('config.json', null, '983bb78f45f6790e573033bfab46163743e0182d564fc5eca6938743cca6a2ea'),
      member('NOTICE.txt'),
    ],
  },
];

const pitch: readonly Asset[] = [
  {
    name: 'swift-f0',
    kind: 'pitch',
    file: 'swift_f0-0.3.0-py3-none-any.whl',
    // comes as a package of Python: pip download --no-deps swift-f0==0.3.0
    urls: [],
    bytes: 116_429,
    sha256: 'd7240c7c94b1d3e8f0e0cd2701b79be89a0f23a19cd5f944895a6518ecad72f3',
    licence: 'MIT',
    terms: null,
    use: 'SwiftF0 0.3: F0 of a voice, small and fast. The file: `pip download --no-deps swift-f0==0.3.0`',
    cite: 'Nieradzik, SwiftF0: Fast and Accurate Monophonic Pitch Detection, 2025, arXiv 2508.18440',
    members: [
      member(
        'swift_f0/model.onnx',
        135_090,
        '6385e8c2ebc3872e82c9ff5946228de44cd3be77a750ea53698b7dbfe94b0a22',
      ),
    ],
  },
  {
    name: 'rmvpe-onnx',
    kind: 'pitch',
    file: 'rmvpe.onnx',
    urls: ['https://huggingface.co/lj1995/VoiceConversionWebUI/resolve/main/rmvpe.onnx'],
    bytes: 361_688_443,
    sha256: '5370e71ac80af8b4b7c793d27efd51fd8bf962de3a7ede0766dac0befa3660fd',
    licence: 'not stated',
    terms: 'The publisher states no licence for these weights: ask before you publish or sell what you make.',
    use: 'RMVPE: F0 of singing, also over accompaniment.',
    cite: 'Wei et al., RMVPE: A Robust Model for Vocal Pitch Estimation in Polyphonic Music, INTERSPEECH 2023',
    members: [],
  },
];

/** Every public file that this program knows. Names are unique. */
export const assets: readonly Asset[] = [...encoders, ...vocoders, ...pitch, ...baseVoices];
