import { createHmac } from 'node:crypto';

const PREFIX = 'whsec_';

/**
 * The headers of a call, as https://www.standardwebhooks.com says: of each secret a signature of id, time and the bytes of
 * the body.
 */
export function signedHeaders(
  secrets: readonly string[],
  { id, seconds, body }: { id: string; seconds: number; body: Buffer },
): Record<string, string> {
  const signatures = secrets.map((secret) => {
    const hmac = createHmac('sha256', Buffer.from(secret.slice(PREFIX.length), 'base64'));
    return `v1,${hmac.update(`${id}.${seconds}.`).update(body).digest('base64')}`;
  });
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': signatures.join(' '),
  };
}
