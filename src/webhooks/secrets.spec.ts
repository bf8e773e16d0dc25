import { randomBytes } from 'node:crypto';
import { signedHeaders } from '../outbound/signed-headers.js';
import { newSecret, seal, unseal } from './secrets.js';

describe('The secrets of webhooks', () => {
  it('sign as the example of Standard Webhooks does', () => {
    const headers = signedHeaders(['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'], {
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      seconds: 1_614_265_330,
      body: Buffer.from('{"test": 2432232314}'),
    });
    expect(headers['webhook-signature']).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  it('sign once for each secret', () => {
    const secrets = [newSecret(), newSecret()];
    const event = { id: 'evt_1', seconds: 1, body: Buffer.from('{}') };
    const each = secrets.map((secret) => signedHeaders([secret], event)['webhook-signature']);
    expect(signedHeaders(secrets, event)['webhook-signature']).toBe(each.join(' '));
  });

  it('are read back with the key that sealed them, and with no other', () => {
    const key = randomBytes(32);
    const secret = newSecret();
    const sealed = seal(secret, key);
    expect(sealed).not.toContain(secret.slice(6, 20));
    expect(unseal(sealed, key)).toBe(secret);
    expect(() => unseal(sealed, randomBytes(32))).toThrow();
    expect(() => unseal(sealed, null)).toThrow('WEBHOOK_KEY');
    expect(unseal(seal(secret, null), key)).toBe(secret);
  });
});
