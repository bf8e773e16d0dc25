import { Agent, request } from 'node:http';
import { addressHeaders, localAddress } from './address.js';
import type { Endpoint } from './connection.js';

export interface Reply {
  status: number;
  text: string;
}

export interface Asking {
  token?: string;
  apiKey?: string;
  userId?: number;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as it is, instead of a body: as plain text, or as JSON. */
  text?: string;
  isJson?: boolean;
  /** Milliseconds until it counts as not answered. */
  within?: number;
  agent?: Agent | false;
}

/** A REST request; null when it is not answered. */
export function rest(
  endpoint: Endpoint,
  method: string,
  path: string,
  asking: Asking = {},
): Promise<Reply | null> {
  const {
    token,
    apiKey,
    userId,
    body,
    text,
    isJson = text === undefined,
    within = 10_000,
    agent = false,
  } = asking;
  const content = text ?? (body === undefined ? undefined : JSON.stringify(body));
  return new Promise((resolve) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port: endpoint.port,
        method,
        path,
        agent,
        timeout: within,
        ...localAddress(endpoint.from),
        headers: {
          ...addressHeaders(endpoint.from),
          ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
          ...(apiKey === undefined ? {} : { 'X-Api-Key': apiKey }),
          ...(userId === undefined ? {} : { 'X-User-Id': String(userId) }),
          ...(content === undefined
            ? {}
            : {
                'Content-Type': isJson ? 'application/json' : 'text/plain;charset=UTF-8',
                'Content-Length': Buffer.byteLength(content),
              }),
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', () => resolve(null));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }),
        );
      },
    );
    sent.on('timeout', () => sent.destroy());
    sent.on('error', () => resolve(null));
    sent.on('close', () => resolve(null));
    sent.end(content);
  });
}

/** Keeps its connections open between requests. */
export function keepingAgent(): Agent {
  return new Agent({ keepAlive: true, maxSockets: 8 });
}
