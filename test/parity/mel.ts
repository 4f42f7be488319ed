/** Parity of the mel front end: `mel.safetensors` (spec section b). */
import { magnitudes, melFilterbank, melSpectrogram } from '../../lib/audio/mel';
import { configSchema } from '../../lib/config/schema';
import type { ParityGroup } from './group';

export const melGroup: ParityGroup = {
  name: 'mel',
  files: ['mel.safetensors'],
  isInput: (_file, tensor) => tensor.endsWith('/wav'),
  async run(fixture, report) {
    const reference = fixture.config;
    const { audio: config } = configSchema.parse({
      audio: {
        sampleRate: reference.audio_sample_rate,
        hopSize: reference.hop_size,
        winSize: reference.win_size,
        fftSize: reference.fft_size,
        melBins: reference.audio_num_mel_bins,
        fminHz: reference.fmin,
        fmaxHz: reference.fmax,
      },
      model: { melBins: reference.audio_num_mel_bins },
    });
    for (const name of fixture.names()) {
      const [signal, what] = name.split('/');
      const audio = () => ({ samples: fixture.data(`${signal}/wav`), sampleRate: config.sampleRate });
      if (name === 'mel_basis') report(name, melFilterbank(config).data);
      else if (what === 'mel') report(name, melSpectrogram(audio(), config).data);
      else if (what?.startsWith('magnitude_first')) {
        const { data, width } = magnitudes(audio(), config);
        report(name, data.subarray(0, fixture.shape(name)[0]! * width));
      }
    }
  },
};
