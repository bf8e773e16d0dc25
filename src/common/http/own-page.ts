import type { IncomingMessage } from 'node:http';

/** Compares host and port. Not the scheme: a proxy may have taken TLS off. */
export function isSameOrigin(origin: string, host: string | undefined): boolean {
  if (host === undefined || !URL.canParse(origin)) return false;
  const page = new URL(origin);
  const ours = `${page.protocol}//${host}`;
  return page.origin === origin && URL.canParse(ours) && new URL(ours).host === page.host;
}

/** Whether a request comes from a page of the host that it asks, or from no page at all. */
export function isOwnPage({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  const { origin, host, 'sec-fetch-site': site } = headers;
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false;
  return origin === undefined || isSameOrigin(origin, host);
}
