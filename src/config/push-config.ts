import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ConfigFault } from './config.js';
import type { Environment } from './environment.js';

/** The keys by which a server identifies itself to the push services of browsers. */
export interface VapidConfig {
  readonly publicKey: string;
  readonly privateKey: string;
  readonly subject: string;
}

/** What of a service account of Google is needed. */
export interface FcmCredentials {
  readonly projectId: string;
  readonly clientEmail: string;
  readonly privateKey: string;
  /** Where access tokens are given. */
  readonly tokenUrl: string;
}

export interface ApnsConfig {
  /** PEM. */
  readonly key: string;
  readonly keyId: string;
  readonly teamId: string;
  /** The bundle id of the app. */
  readonly topic: string;
  readonly origin: string;
}

/** How devices are pushed; of each kind null: not at all. Times are milliseconds. */
export interface PushConfig {
  readonly vapid: VapidConfig | null;
  readonly fcm: (FcmCredentials & { readonly origin: string }) | null;
  readonly apns: ApnsConfig | null;
  /** Whether pushes have the text of messages and the names of people. */
  readonly preview: boolean;
  readonly gatherMs: number;
  readonly activeDelayMs: number;
}

/** A text, or the path of a file that has it. */
const textOrFile = (text: string, isText: (text: string) => boolean): string =>
  isText(text) ? text : readFileSync(text, 'utf8');

/** @throws Error whose message says what was expected. */
export function fcmCredentials(text: string): FcmCredentials {
  try {
    const given = JSON.parse(textOrFile(text, (one) => one.startsWith('{'))) as Record<string, unknown>;
    const field = (name: string): string => {
      if (typeof given[name] === 'string') return given[name];
      throw new Error(name);
    };
    const privateKey = field('private_key');
    createPrivateKey(privateKey);
    return Object.freeze({
      projectId: field('project_id'),
      clientEmail: field('client_email'),
      privateKey,
      tokenUrl: field('token_uri'),
    });
  } catch {
    throw new Error('expected the JSON of a service account of Google, or the path of its file');
  }
}

/** @throws Error whose message says what was expected. */
export function apnsKey(text: string): string {
  try {
    const key = textOrFile(text.replaceAll('\\n', '\n'), (one) => one.startsWith('-----BEGIN'));
    if (createPrivateKey(key).asymmetricKeyDetails?.namedCurve === 'prime256v1') return key;
  } catch {
    // Said below.
  }
  throw new Error(
    'expected the key of a .p8 file of Apple (PEM, lines may end in \\n), or the path of that file',
  );
}

/** @throws Error whose message says what was expected. */
export const vapidKey = (bytes: number) => (text: string) => {
  if (/^[\w-]+$/.test(text) && Buffer.from(text, 'base64url').length === bytes) return text;
  throw new Error(`expected ${bytes} bytes in base64url: npm run vapid makes a pair of keys`);
};

/** @throws Error whose message says what was expected. */
export function vapidSubject(text: string): string {
  if (/^mailto:\S+@\S+$/.test(text) || (URL.canParse(text) && new URL(text).protocol === 'https:'))
    return text;
  throw new Error('expected mailto:somebody@example.com or an https URL');
}

/** The values of variables that belong together; null: none is set. */
function together<N extends keyof Environment>(
  env: Environment,
  names: readonly N[],
  faults: ConfigFault[],
): { [K in N]: NonNullable<Environment[K]> } | null {
  const missing = names.filter((name) => env[name] === null);
  if (missing.length === names.length) return null;
  for (const variable of missing)
    faults.push({ variable, message: `expected a value: ${names.join(', ')} belong together` });
  return missing.length > 0
    ? null
    : (Object.fromEntries(names.map((name) => [name, env[name]])) as {
        [K in N]: NonNullable<Environment[K]>;
      });
}

export function parsePush(env: Environment, faults: ConfigFault[]): PushConfig {
  const vapid = together(env, ['VAPID_PUBLIC_KEY', 'VAPID_PRIVATE_KEY', 'VAPID_SUBJECT'], faults);
  const apns = together(env, ['APNS_KEY', 'APNS_KEY_ID', 'APNS_TEAM_ID', 'APNS_TOPIC'], faults);
  return Object.freeze({
    vapid: vapid && {
      publicKey: vapid.VAPID_PUBLIC_KEY,
      privateKey: vapid.VAPID_PRIVATE_KEY,
      subject: vapid.VAPID_SUBJECT,
    },
    fcm: env.FCM_CREDENTIALS && { ...env.FCM_CREDENTIALS, origin: env.FCM_ORIGIN },
    apns: apns && {
      key: apns.APNS_KEY,
      keyId: apns.APNS_KEY_ID,
      teamId: apns.APNS_TEAM_ID,
      topic: apns.APNS_TOPIC,
      origin: env.APNS_ORIGIN,
    },
    preview: env.PUSH_PREVIEW === 'on',
    gatherMs: env.PUSH_GATHER_MS,
    activeDelayMs: env.PUSH_ACTIVE_DELAY_MS,
  });
}
