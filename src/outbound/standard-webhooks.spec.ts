import fc from 'fast-check';
import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { signedHeaders } from './signed-headers.js';

const newSecret = () => `whsec_${randomBytes(32).toString('base64')}`;
const now = () => Math.floor(Date.now() / 1_000);
const body = Buffer.from('{"type":"newMessage","data":{"content":"Grüße, 世界 👍"}}');
const signed = (secrets: readonly string[], seconds = now()) =>
  signedHeaders(secrets, { id: 'evt_7_m9', seconds, body });

describe('What is signed is taken by the reference library of Standard Webhooks', () => {
  it('whatever the secret, the id and the words', () => {
    const event = fc.record({
      secret: fc.uint8Array({ minLength: 24, maxLength: 64 }),
      id: fc.stringMatching(/^[\w-]{1,40}$/),
      content: fc.string({ unit: 'binary' }),
    });
    fc.assert(
      fc.property(event, ({ secret: bytes, id, content }) => {
        const secret = `whsec_${Buffer.from(bytes).toString('base64')}`;
        const text = JSON.stringify({ content });
        const headers = signedHeaders([secret], { id, seconds: now(), body: Buffer.from(text) });
        expect(new Webhook(secret).verify(text, headers)).toEqual({ content });
      }),
      { numRuns: 100 },
    );
  });

  it('with the new secret and the former one while both count, and with no other', () => {
    const [former, next, other] = [newSecret(), newSecret(), newSecret()];
    const headers = signed([next, former]);
    for (const secret of [former, next]) {
      expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body.toString()));
    }
    expect(() => new Webhook(other).verify(body, headers)).toThrow('No matching signature');
    expect(() => new Webhook(former).verify(body, signed([next]))).toThrow('No matching signature');
  });

  it('and refused when anything of it was changed, or after five minutes', () => {
    const secret = newSecret();
    const library = new Webhook(secret);
    const headers = signed([secret]);
    for (const changed of [
      () => library.verify(`${body.toString()} `, headers),
      () => library.verify(body, { ...headers, 'webhook-id': 'evt_7_m8' }),
      () => library.verify(body, { ...headers, 'webhook-timestamp': String(now() - 60) }),
    ])
      expect(changed).toThrow('No matching signature');
    expect(() => library.verify(body, signed([secret], now() - 301))).toThrow('too old');
    expect(() => library.verify(body, signed([secret], now() + 400))).toThrow('too new');
  });
});
