import {
  createDecipheriv,
  createECDH,
  type ECDH,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server } from 'node:http';
import { createSecureServer, createServer as createPlainHttp2 } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, importJWK, type JWTPayload, jwtVerify } from 'jose';

/** A push that a service took, read as the device reads it. */
export interface Taken {
  token: string;
  headers: Record<string, string>;
  body: Record<string, unknown>;
}

/** How a service answers a push; null: it takes it. */
export type Refusal = { status: number; headers?: Record<string, string>; body?: object } | null;

async function bodyOf(request: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

const flat = (headers: IncomingHttpHeaders) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));

/** None of the services takes more. */
const MOST_BYTES = 4_096;

/** Why a push service refuses what it was sent. */
class Wrong extends Error {}

/** Makes a server push over these services, quickly; `vapid` are its keys for browsers. */
export const pushVariables = (
  vapid: { publicKey: string; privateKey: string; subject: string },
  { fcm, apns }: { fcm?: FcmService; apns?: ApnsService } = {},
): Record<string, string> => ({
  SINKS: 'on',
  SINK_POLL_MS: '25',
  INBOX: 'off',
  OUTBOUND_ALLOW: '127.0.0.1',
  OUTBOUND_PORTS: 'any',
  VAPID_PUBLIC_KEY: vapid.publicKey,
  VAPID_PRIVATE_KEY: vapid.privateKey,
  VAPID_SUBJECT: vapid.subject,
  ...(fcm && { FCM_CREDENTIALS: fcm.credentials, FCM_ORIGIN: fcm.origin }),
  ...(apns && {
    APNS_KEY: apns.key,
    APNS_KEY_ID: 'KEY4567890',
    APNS_TEAM_ID: 'TEAM567890',
    APNS_TOPIC: 'com.example.chat',
    APNS_ORIGIN: apns.origin,
  }),
});

abstract class PushService {
  /** What was taken, in its order. */
  readonly taken: Taken[] = [];
  /** All calls, also those that were refused. */
  calls = 0;
  /** What was wrong with what was sent; nothing should ever be. */
  readonly faults: string[] = [];
  answer: (token: string) => Refusal = () => null;
  /** No call is answered before this. */
  until: Promise<unknown> = Promise.resolve();

  protected constructor(readonly port: number) {}

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  of(token: string): Taken[] {
    return this.taken.filter((one) => one.token === token);
  }

  /** Reads a push, or refuses it before. */
  protected async handle(token: string, read: () => Promise<Taken>): Promise<Exclude<Refusal, null>> {
    this.calls++;
    try {
      const taken = await read();
      await this.until;
      const refusal = this.answer(token);
      if (refusal) return refusal;
      this.taken.push(taken);
      return { status: 201, body: {} };
    } catch (error) {
      this.faults.push(String(error));
      return { status: 400, body: {} };
    }
  }
}

const listening = async (server: Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
};

/** The push service of a browser, with the keys of its devices: verifies the server and decrypts, as RFC 8291 and 8292 say. */
export class WebPushService extends PushService {
  private readonly devices = new Map<string, { keys: ECDH; auth: Buffer }>();

  private constructor(
    port: number,
    private readonly server: Server,
    private readonly vapid: { publicKey: string; subject: string },
  ) {
    super(port);
  }

  static async start(vapid: { publicKey: string; subject: string }): Promise<WebPushService> {
    const server = createServer((request, response) => {
      void service.receive(request).then(({ status, headers, body }) => {
        response.writeHead(status, headers).end(JSON.stringify(body ?? {}));
      });
    });
    const service = new WebPushService(await listening(server), server, vapid);
    return service;
  }

  /** What a page gets from `pushManager.subscribe`. */
  subscribe(): { kind: 'web'; token: string; keys: { p256dh: string; auth: string } } {
    const keys = createECDH('prime256v1');
    const p256dh = keys.generateKeys().toString('base64url');
    const auth = randomBytes(16);
    const token = `${this.origin}/push/${randomBytes(9).toString('base64url')}`;
    this.devices.set(token, { keys, auth });
    return { kind: 'web', token, keys: { p256dh, auth: auth.toString('base64url') } };
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async receive(request: IncomingMessage) {
    const token = `${this.origin}${request.url}`;
    const encrypted = await bodyOf(request);
    return this.handle(token, async () => {
      const { headers } = request;
      await this.verify(headers.authorization ?? '');
      const device = this.devices.get(token);
      if (!device) throw new Wrong('no such subscription');
      if (headers['content-encoding'] !== 'aes128gcm') throw new Wrong('not aes128gcm');
      if (!/^[\w-]{1,32}$/.test(String(headers.topic))) throw new Wrong(`topic ${String(headers.topic)}`);
      if (encrypted.length > MOST_BYTES) throw new Wrong('too long');
      const body = JSON.parse(decrypted(encrypted, device).toString()) as Taken['body'];
      return { token, headers: flat(headers), body };
    });
  }

  private async verify(authorization: string): Promise<void> {
    const [, jwt = '', key = ''] = /^vapid t=([\w.-]+), k=([\w-]+)$/.exec(authorization) ?? [];
    if (key !== this.vapid.publicKey) throw new Wrong('another VAPID key');
    const point = Buffer.from(key, 'base64url');
    const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((one) => one.toString('base64url'));
    const publicKey = await importJWK({ kty: 'EC', crv: 'P-256', x: x!, y: y! }, 'ES256');
    const { payload } = await jwtVerify(jwt, publicKey, { audience: this.origin, algorithms: ['ES256'] });
    if (payload.sub !== this.vapid.subject) throw new Wrong('another subject');
    if (payload.exp! > Date.now() / 1_000 + 86_400) throw new Wrong('valid for more than a day');
  }
}

/** RFC 8291 and 8188, with one record. */
function decrypted(data: Buffer, { keys, auth }: { keys: ECDH; auth: Buffer }): Buffer {
  const salt = data.subarray(0, 16);
  const sender = data.subarray(21, 21 + data[20]!);
  const sealed = data.subarray(21 + data[20]!);
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), keys.getPublicKey(), sender]);
  const input = Buffer.from(hkdfSync('sha256', keys.computeSecret(sender), auth, info, 32));
  const derived = (name: string, bytes: number) =>
    Buffer.from(hkdfSync('sha256', input, salt, `Content-Encoding: ${name}\0`, bytes));
  const decipher = createDecipheriv('aes-128-gcm', derived('aes128gcm', 16), derived('nonce', 12));
  decipher.setAuthTag(sealed.subarray(-16));
  const padded = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
  const end = padded.lastIndexOf(2);
  return padded.subarray(0, end);
}

/** Firebase Cloud Messaging: gives access tokens to the service account, and takes pushes with one of them. */
export class FcmService extends PushService {
  private readonly account = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  private readonly given = new Set<string>();

  private constructor(
    port: number,
    private readonly server: Server,
  ) {
    super(port);
  }

  static async start(): Promise<FcmService> {
    const server = createServer((request, response) => {
      void service.receive(request).then(({ status, headers, body }) => {
        response
          .writeHead(status, { 'content-type': 'application/json', ...headers })
          .end(JSON.stringify(body ?? {}));
      });
    });
    const service = new FcmService(await listening(server), server);
    return service;
  }

  /** How many access tokens it gave. */
  get tokens(): number {
    return this.given.size;
  }

  /** For FCM_CREDENTIALS. */
  get credentials(): string {
    return JSON.stringify({
      project_id: 'a-project',
      client_email: 'chat@a-project.example',
      private_key: this.account.privateKey.export({ type: 'pkcs8', format: 'pem' }),
      token_uri: `${this.origin}/token`,
    });
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async receive(request: IncomingMessage): Promise<Exclude<Refusal, null>> {
    const body = await bodyOf(request);
    if (request.url === '/token') return this.token(new URLSearchParams(body.toString()));
    const { message } = JSON.parse(body.toString()) as { message: Record<string, unknown> };
    const { token, ...rest } = message;
    const answer = await this.handle(String(token), async () => {
      const [, bearer = ''] = /^Bearer (.+)$/.exec(request.headers.authorization ?? '') ?? [];
      if (!this.given.has(bearer)) throw new Wrong('not one of the access tokens');
      if (body.length > MOST_BYTES) throw new Wrong('too long');
      if (request.url !== '/v1/projects/a-project/messages:send') throw new Wrong(`sent to ${request.url}`);
      return { token: String(token), headers: flat(request.headers), body: rest };
    });
    return { ...answer, status: answer.status === 201 ? 200 : answer.status };
  }

  private async token(form: URLSearchParams): Promise<Exclude<Refusal, null>> {
    try {
      const { payload } = await verified(form.get('assertion') ?? '', this.account.publicKey, 'RS256');
      if (payload.aud !== `${this.origin}/token` || payload.iss !== 'chat@a-project.example')
        throw new Wrong('another account');
      const given = randomBytes(12).toString('base64url');
      this.given.add(given);
      return { status: 200, body: { access_token: given, expires_in: 3_600 } };
    } catch (error) {
      this.faults.push(String(error));
      return { status: 400 };
    }
  }
}

/** The push service of Apple: HTTP/2, and provider tokens that are verified. */
export class ApnsService extends PushService {
  /** How many different provider tokens came. */
  readonly tokens = new Set<string>();
  /** How many connections were made. */
  connections = 0;

  private constructor(
    port: number,
    private readonly server: { close(done: () => void): unknown },
    private readonly keys: { publicKey: KeyObject; privateKey: KeyObject },
    private readonly isSecure: boolean,
    private readonly sessions: Set<{ destroy(): void }>,
  ) {
    super(port);
  }

  /** With a certificate over TLS. */
  static async start(secure?: { key: string; cert: string }): Promise<ApnsService> {
    const keys = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    const server = secure ? createSecureServer(secure) : createPlainHttp2();
    const sessions = new Set<{ destroy(): void }>();
    server.on('session', (session) => {
      service.connections++;
      sessions.add(session);
      session.on('close', () => sessions.delete(session));
    });
    server.on('stream', (stream, headers) => {
      stream.on('error', () => undefined);
      const token = String(headers[':path']).replace('/3/device/', '');
      void service
        .handle(token, async () => {
          await service.verify(String(headers.authorization));
          if (headers['apns-topic'] !== 'com.example.chat') throw new Wrong('another topic');
          const body = await bodyOf(stream);
          if (body.length > MOST_BYTES) throw new Wrong('too long');
          return { token, headers: flat(headers), body: JSON.parse(body.toString()) as Taken['body'] };
        })
        .then(({ status, headers: given, body }) => {
          // The sender may have given it up.
          if (stream.destroyed) return;
          stream.respond({ ':status': status === 201 ? 200 : status, ...given });
          stream.end(JSON.stringify(body ?? {}));
        });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const service = new ApnsService(port, server, keys, secure !== undefined, sessions);
    return service;
  }

  override get origin(): string {
    return `${this.isSecure ? 'https' : 'http'}://127.0.0.1:${this.port}`;
  }

  /** For APNS_KEY. */
  get key(): string {
    return String(this.keys.privateKey.export({ type: 'pkcs8', format: 'pem' }));
  }

  async stop(): Promise<void> {
    for (const session of this.sessions) session.destroy();
    await new Promise<void>((resolve) => this.server.close(resolve));
  }

  private async verify(authorization: string): Promise<void> {
    const [, jwt = ''] = /^bearer (.+)$/.exec(authorization) ?? [];
    const { payload, protectedHeader } = await verified(jwt, this.keys.publicKey, 'ES256');
    if (payload.iss !== 'TEAM567890' || protectedHeader.kid !== 'KEY4567890') throw new Wrong('another team');
    this.tokens.add(jwt);
  }
}

const verified = (
  jwt: string,
  key: KeyObject,
  algorithm: string,
): Promise<{ payload: JWTPayload; protectedHeader: { kid?: string } }> =>
  jwtVerify(jwt, key as unknown as CryptoKey, { algorithms: [algorithm] });
