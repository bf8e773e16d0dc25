import { request } from 'node:http';
import { connect } from 'node:net';
import { type ErrorCode, errorCatalogue } from '../../src/contract/index.js';
import { MARKER } from './bad-values.js';

/** A request as it is sent: nothing in it is encoded or checked. */
export interface CommandParam {
  method?: string;
  path: string;
  /** Sent as application/json unless a header says otherwise. */
  body?: string | undefined;
  bytes?: Buffer;
  headers?: Record<string, string | string[]>;
}

/** The response. */
export class Reply {
  constructor(
    readonly status: number,
    readonly headers: Record<string, string | string[] | undefined>,
    readonly text: string,
  ) {}

  /**
   * Checks and returns its error: JSON with a code of the catalogue other than INTERNAL, the right status, and no
   * input, no stack, no markup.
   */
  error(): { code: string; message: string } {
    expect(this.text).not.toContain(MARKER);
    expect(JSON.stringify(this.headers)).not.toContain(MARKER);
    expect(this.text).not.toMatch(/<\w+|\n\s*at |node_modules|\.[jt]s:\d/);
    expect(this.headers['content-type']).toMatch(/^application\/json/);
    const body = JSON.parse(this.text) as { error: { code: ErrorCode; message: string } };
    expect(Object.keys(body)).toEqual(['error']);
    expect(Object.keys(errorCatalogue)).toContain(body.error.code);
    expect(body.error.code).not.toBe('INTERNAL');
    expect(body.error.message).toEqual(expect.any(String));
    expect(this.status).toBe(errorCatalogue[body.error.code].status);
    return body.error;
  }
}

/** Sends requests that no client library allows. */
export class RawHttp {
  constructor(private readonly port: number) {}

  ask({ method = 'GET', path, body, bytes, headers = {} }: CommandParam): Promise<Reply> {
    const content = bytes ?? (body === undefined ? undefined : Buffer.from(body));
    return new Promise((resolve, reject) => {
      const asking = request(
        {
          host: '127.0.0.1',
          port: this.port,
          method,
          path,
          agent: false,
          setHost: true,
          headers: {
            ...(content === undefined
              ? {}
              : { 'content-type': 'application/json', 'content-length': content.length }),
            ...headers,
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () =>
            resolve(new Reply(response.statusCode ?? 0, response.headers, Buffer.concat(chunks).toString())),
          );
        },
      );
      asking.on('error', reject);
      asking.end(content);
    });
  }

  /** Sends raw bytes and then nothing more. */
  abandon(bytes: string): void {
    const socket = connect(this.port, '127.0.0.1', () => socket.write(bytes, () => socket.destroy()));
    socket.on('error', () => undefined);
  }

  /** Sends raw bytes and returns everything until the server closed the connection. */
  tell(bytes: string | Buffer): Promise<string> {
    return new Promise((resolve) => {
      const socket = connect(this.port, '127.0.0.1');
      let heard = '';
      socket.on('data', (chunk) => (heard += chunk.toString()));
      socket.on('error', () => undefined);
      socket.on('close', () => resolve(heard));
      socket.write(bytes);
    });
  }
}
