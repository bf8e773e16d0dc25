import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
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

/** A server of public keys that can be down, slow or wrong. */
export class KeyServer {
  /** How many requests it got. */
  asked = 0;
  mood: 'well' | 'hanging' | 'failing' | 'nonsense' = 'well';
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
