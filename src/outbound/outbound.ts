import { lookup } from 'node:dns/promises';
import * as http from 'node:http';
import * as http2 from 'node:http2';
import * as https from 'node:https';
import { Inject, Injectable, type OnApplicationShutdown, Optional } from '@nestjs/common';
import type { AppConfig } from '../config/config.js';
import { APP_CONFIG } from '../config/config.module.js';
import { version } from '../common/version.js';
import { AddressGuard, type Resolve } from './address-guard.js';

/** Most bytes that are read of an answer that is not kept, or cut: to the end of a shorter one, so that its connection stays. */
const MAX_ANSWER_BYTES = 65_536;

/** Milliseconds for which a connection is kept for the next call. */
const KEEP_ALIVE_MS = 20_000;

/** A call to an address that somebody gave. */
export interface OutboundCall {
  url: string;
  headers: Readonly<Record<string, string>>;
  body: Buffer;
  /** For all of it, from the lookup of the name to the end of the answer. */
  timeoutMs: number;
  /** Most bytes of the answer's body, which is kept. Left out: it is read and dropped. */
  keep?: number;
  /** With `keep`, a longer body: `fail`, which is the default, is an error ETOOLARGE; `cut` keeps its first `keep` bytes. */
  tooLong?: 'cut' | 'fail';
}

/** What was answered. */
export interface OutboundAnswer {
  status: number;
  headers: http.IncomingHttpHeaders;
  /** Empty unless the call keeps it. */
  body: Buffer;
}

/** How names are looked up and connections are made; tests give their own. */
export interface OutboundNetwork {
  resolve: Resolve;
  http: http.Agent;
  https: https.Agent;
  /** Makes the connections for HTTP/2; left out: as Node makes them. */
  http2?: http2.ClientSessionOptions['createConnection'];
}

export const OUTBOUND_NETWORK = Symbol('how names are looked up and connections are made');

const network = (): OutboundNetwork => ({
  resolve: (name) => lookup(name, { all: true }),
  http: new http.Agent({ keepAlive: true, timeout: KEEP_ALIVE_MS, maxFreeSockets: 16 }),
  https: new https.Agent({ keepAlive: true, timeout: KEEP_ALIVE_MS, maxFreeSockets: 16 }),
});

/**
 * Calls other servers, at addresses that the application gave. Nothing but the internet is reached, and what OUTBOUND_ALLOW
 * names. Redirects are not followed, cookies not kept, proxies of the environment not used.
 */
@Injectable()
export class Outbound implements OnApplicationShutdown {
  private readonly guard: AddressGuard;
  private readonly network: OutboundNetwork;

  constructor(
    @Inject(APP_CONFIG) { outbound }: AppConfig,
    @Optional() @Inject(OUTBOUND_NETWORK) given?: OutboundNetwork,
  ) {
    this.network = given ?? network();
    this.guard = new AddressGuard(outbound, this.network.resolve);
  }

  onApplicationShutdown(): void {
    this.network.http.destroy();
    this.network.https.destroy();
  }

  /** @throws RefusedAddress for a URL that would be refused whatever its name stands for */
  check(url: string): URL {
    return this.guard.check(url);
  }

  /** @throws RefusedAddress; Error with a `code`, ETIMEDOUT among them, when there is no whole answer */
  post(call: OutboundCall): Promise<OutboundAnswer> {
    return this.attempt(call, false);
  }

  /**
   * A connection for HTTP/2. The caller listens to its errors, and closes it.
   *
   * @throws RefusedAddress
   */
  http2(origin: string): http2.ClientHttp2Session {
    const { ca } = this.network.https.options;
    const createConnection = this.network.http2;
    const options = {
      lookup: this.guard.lookup,
      ...(ca === undefined ? {} : { ca }),
      ...(createConnection === undefined ? {} : { createConnection }),
    };
    return http2.connect(this.guard.check(origin), options);
  }

  private async attempt(call: OutboundCall, isAgain: boolean): Promise<OutboundAnswer> {
    const { headers, body } = call;
    const url = this.guard.check(call.url);
    const isSecure = url.protocol === 'https:';
    const request = (isSecure ? https : http).request(url, {
      method: 'POST',
      agent: isSecure ? this.network.https : this.network.http,
      lookup: this.guard.lookup,
      headers: { 'user-agent': `chat-api/${version}`, ...headers, 'content-length': body.length },
    });
    try {
      return await answerOf(request, call);
    } catch (error) {
      // The other side closed a kept connection at the moment that it was used again.
      const wasClosed = request.reusedSocket && (error as { code?: unknown }).code === 'ECONNRESET';
      if (wasClosed && !isAgain) return this.attempt(call, true);
      throw error;
    }
  }
}

/** Sends a request and reads the answer to its end, or as much of it as is ever read. */
function answerOf(
  request: http.ClientRequest,
  { body, timeoutMs, keep = 0, tooLong = keep > 0 ? 'fail' : 'cut' }: OutboundCall,
): Promise<OutboundAnswer> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => {
      clearTimeout(timer);
      reject(error);
    };
    const timer = setTimeout(() => {
      const late = Object.assign(new Error(`no answer within ${timeoutMs} ms`), { code: 'ETIMEDOUT' });
      fail(late);
      request.destroy(late);
    }, timeoutMs);
    request.on('error', fail);
    request.on('response', (response) => {
      const end = () => {
        clearTimeout(timer);
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(kept),
        });
      };
      const kept: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        if (bytes < keep) kept.push(chunk.subarray(0, keep - bytes));
        bytes += chunk.length;
        if (bytes > keep && tooLong === 'fail') {
          const tooLarge = Object.assign(new Error(`more than ${keep} bytes`), { code: 'ETOOLARGE' });
          fail(tooLarge);
          request.destroy(tooLarge);
          return;
        }
        if (bytes <= Math.max(keep, MAX_ANSWER_BYTES)) return;
        // Enough was read to know what it says; the rest is not waited for.
        end();
        request.destroy();
      });
      response.on('end', end);
      response.on('error', fail);
      response.on('close', () => fail(Object.assign(new Error('the answer was cut off'), { code: 'ECUT' })));
    });
    request.end(body);
  });
}
