import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Writable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { exportJWK, generateKeyPair, type GenerateKeyPairResult, type JWTPayload, SignJWT } from 'jose';

export const ISSUER = 'https://login.example';
export const AUDIENCE = 'chat';

/** An external key pair, and tokens signed with it. */
export class Signer {
  private constructor(
    readonly kid: string,
    readonly alg: string,
    readonly pair: GenerateKeyPairResult,
  ) {}

  static async of(kid: string, alg = 'RS256'): Promise<Signer> {
    return new Signer(kid, alg, await generateKeyPair(alg, { extractable: true }));
  }

  /** A valid token, except for the given changes. */
  sign(payload: JWTPayload = {}, header: object = {}): Promise<string> {
    const now = Math.floor(Date.now() / 1_000);
    return new SignJWT({ iss: ISSUER, aud: AUDIENCE, sub: 'somebody', iat: now, exp: now + 600, ...payload })
      .setProtectedHeader({ alg: this.alg, kid: this.kid, ...header })
      .sign(this.pair.privateKey);
  }

  async jwk(): Promise<object> {
    return { ...(await exportJWK(this.pair.publicKey)), kid: this.kid, alg: this.alg, use: 'sig' };
  }
}

/** Writes until the reader goes away or the chunks end, and counts the bytes. */
async function pour(to: Writable, server: KeyServer, chunks: Iterable<Buffer>): Promise<void> {
  server.written = 0;
  const gone = new Promise<void>((resolve) => to.once('close', resolve));
  for (const chunk of chunks) {
    if (to.destroyed) return;
    server.written += chunk.length;
    if (to.write(chunk)) continue;
    const drained = new Promise<void>((resolve) => to.once('drain', resolve));
    await Promise.race([drained, gone]);
  }
  to.end();
}

function* endless(): Generator<Buffer> {
  for (;;) yield Buffer.alloc(64 * 1024, ' ');
}

/** Answers that are too much, each in its way. */
const EXCESSES = {
  huge: (response, server) => {
    response.writeHead(200, { 'content-length': 2 ** 40 });
    void pour(response, server, endless());
  },
  endless: (response, server) => void pour(response, server, endless()),
  'a bomb': (response, server) => {
    response.writeHead(200, { 'content-encoding': 'gzip' });
    const gzip = createGzip();
    gzip.pipe(response);
    response.once('close', () => gzip.destroy());
    void pour(gzip, server, endless());
  },
  dripping: (response) => {
    response.write('{"keys":[');
    const timer = setInterval(() => response.write(' '), 100);
    response.once('close', () => clearInterval(timer));
  },
  redirecting: (response, server) => response.writeHead(302, { location: `${server.url}/elsewhere` }).end(),
  'a list of 101 keys': (response) =>
    response.end(
      JSON.stringify({ keys: Array.from({ length: 101 }, (_, i) => ({ kty: 'oct', kid: `${i}` })) }),
    ),
  nested: (response) => response.end('['.repeat(200_000)),
} satisfies Record<string, (response: ServerResponse, server: KeyServer) => void>;

export type Excess = keyof typeof EXCESSES;
export const excesses = Object.keys(EXCESSES) as Excess[];

/** A server of public keys that can be down, slow or wrong. */
export class KeyServer {
  /** How many requests it got. */
  asked = 0;
  mood: 'well' | 'hanging' | 'failing' | 'nonsense' | Excess = 'well';
  /** Bytes of the last answer in excess that were written before the reader went away. */
  written = 0;
  private keys: object[] = [];

  private constructor(
    private readonly http: Server,
    readonly port: number,
  ) {}

  static async start(port = 0): Promise<KeyServer> {
    const http = createServer();
    await new Promise<void>((resolve) => http.listen(port, '127.0.0.1', resolve));
    const server = new KeyServer(http, (http.address() as AddressInfo).port);
    http.on('request', (_request, response) => {
      server.asked++;
      if (server.mood === 'hanging') return;
      if (server.mood in EXCESSES) {
        EXCESSES[server.mood as Excess](response, server);
        return;
      }
      if (server.mood === 'failing') response.writeHead(500).end('{}');
      else response.end(server.mood === 'nonsense' ? '<html>' : JSON.stringify({ keys: server.keys }));
    });
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/keys`;
  }

  async show(...signers: Signer[]): Promise<void> {
    this.keys = await Promise.all(signers.map((signer) => signer.jwk()));
  }

  async stop(): Promise<void> {
    this.http.closeAllConnections();
    await new Promise((resolve) => this.http.close(resolve));
  }
}
