/** The wire format. The signed example was computed by Python's hmac module (shown beside it). */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Connection,
  isSignedBy,
  readMessage,
  splitFrames,
  WireError,
  writeMessage,
} from '../../lib/kernel/wire';

const connection = (key: string): Connection => ({
  transport: 'tcp',
  ip: '127.0.0.1',
  shell_port: 1,
  control_port: 2,
  stdin_port: 3,
  iopub_port: 4,
  hb_port: 5,
  key,
});
const bytes = (frames: readonly (Uint8Array | string)[]): Uint8Array[] =>
  frames.map((frame) => Buffer.from(frame as string));

describe('a message', () => {
  it('is read as it was written, with buffers and any content', () => {
    const object = fc.dictionary(fc.string(), fc.jsonValue());
    fc.assert(
      fc.property(
        object,
        object,
        fc.array(fc.uint8Array()),
        fc.string({ minLength: 1 }),
        (content, metadata, buffers, key) => {
          const frames = bytes(
            writeMessage(
              { identities: ['peer'], type: 'a_type', content, metadata, buffers, parent: null },
              connection(key),
              's',
            ),
          );
          const raw = splitFrames(frames);
          expect(isSignedBy(raw, connection(key))).toBe(true);
          expect(isSignedBy(raw, connection(`${key}!`))).toBe(false);
          const message = readMessage(raw);
          expect(message.header.msg_type).toBe('a_type');
          expect(JSON.stringify([message.content, message.metadata])).toBe(
            JSON.stringify([content, metadata]),
          );
          expect(message.buffers.map((buffer) => [...buffer])).toEqual(buffers.map((buffer) => [...buffer]));
          expect(Buffer.from(message.identities[0]!).toString()).toBe('peer');
        },
      ),
    );
  });

  it('is signed by HMAC-SHA256 over its four parts', () => {
    // python3 -c "import hmac; print(hmac.new(b'k', b'{\"msg_id\":\"1\"}' + b'{}' + b'{}' + b'{\"code\":\"1\"}', 'sha256').hexdigest())"
    const signature = '5a1085e640d0d36ed26db2c090cb9b6f229b0d37db8e9e69f4fd511f17c834b2';
    const frames = bytes(['<IDS|MSG>', signature, '{"msg_id":"1"}', '{}', '{}', '{"code":"1"}']);
    expect(isSignedBy(splitFrames(frames), connection('k'))).toBe(true);
    frames[5] = Buffer.from('{"code":"2"}');
    expect(isSignedBy(splitFrames(frames), connection('k'))).toBe(false);
    expect(isSignedBy(splitFrames(frames), connection(''))).toBe(true);
  });

  it.each([
    [[]],
    [['no', 'delimiter']],
    [['<IDS|MSG>', '', '{}', '{}', '{}']],
    [['<IDS|MSG>', '', '[]', '{}', '{}', '{}']],
    [['<IDS|MSG>', '', '{"msg_id":1,"msg_type":"x"}', '{}', '{}', '{}']],
    [['<IDS|MSG>', '', '{"msg_id":"1","msg_type":"x"}', '{}', '{}', '{']],
    [['<IDS|MSG>', '', '{"msg_id":"1","msg_type":"x"}', 'null', '{}', '{}']],
  ])('that is none is refused: %j', (frames) => {
    expect(() => readMessage(splitFrames(bytes(frames)))).toThrow(WireError);
  });
});
