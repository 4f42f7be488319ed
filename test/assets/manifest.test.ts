import { describe, expect, it } from 'vitest';
import { baseVoices } from '../../lib/assets/base-voices';
import { assets } from '../../lib/assets/manifest';

describe('the list of public files', () => {
  it('has unique names that serve as folders', () => {
    const names = assets.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z0-9][a-z0-9.-]*$/);
  });

  it('has https addresses, whole hashes, and terms wherever nothing permissive is stated', () => {
    for (const { urls, sha256, licence, terms, members } of assets) {
      for (const url of urls) expect(new URL(url).protocol).toBe('https:');
      for (const hash of [sha256, ...members.map((m) => m.sha256)])
        expect(hash ?? '0'.repeat(64)).toMatch(/^[0-9a-f]{64}$/);
      if (!licence.startsWith('MIT')) expect(terms).not.toBeNull();
    }
  });

  it('has every choice of the known notebooks', () => {
    // notebook-fields: four voices at 24 kHz, three at 44.1 kHz
    expect(baseVoices.map(({ sampleRate }) => sampleRate)).toEqual([
      24000, 24000, 24000, 24000, 44100, 44100, 44100,
    ]);
    expect(baseVoices[0]?.choice).toBe('nyaru (feminine 24kHz)');
  });
});
