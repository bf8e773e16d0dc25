/**
 * Stands before a node: serves `web/dist` with the page's policy where the node itself does not, hands all else on, and
 * can take the network away.
 */
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { connect } from 'node:net';
import { extname, join, normalize } from 'node:path';

const dist = join(import.meta.dirname, '..', 'dist');
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types sw',
].join('; ');

function fileOf(url) {
  const path = new URL(url, 'http://page').pathname;
  const named = path === '/console' || path === '/admin' ? `${path}.html` : path;
  const file = join(dist, normalize(path === '/' ? '/index.html' : named));
  return file.startsWith(dist) && existsSync(file) && statSync(file).isFile() ? file : null;
}

/** Whether a node shows the page itself. */
async function showsPage(node) {
  const answer = await fetch(node, { headers: { accept: 'text/html' } });
  return (await answer.text()).includes('id="app"');
}

export async function serve(node) {
  const to = new URL(node);
  const own = await showsPage(node);
  let offline = false;
  let keeps = true;
  const open = new Set();
  const headersOf = ({ headers }) => ({
    ...headers,
    host: to.host,
    ...(headers.origin ? { origin: to.origin } : {}),
  });
  const server = createServer((incoming, answer) => {
    const file = incoming.method === 'GET' ? fileOf(incoming.url) : null;
    // Without a network a browser still has the page: a service worker keeps it.
    if (file && (offline ? keeps : !own)) {
      const type = TYPES[extname(file)] ?? 'application/octet-stream';
      answer.writeHead(200, { 'content-type': type, 'content-security-policy': POLICY });
      createReadStream(file).pipe(answer);
      return;
    }
    if (offline) {
      incoming.socket.destroy();
      return;
    }
    const onward = request(
      {
        host: to.hostname,
        port: to.port,
        path: incoming.url,
        method: incoming.method,
        headers: headersOf(incoming),
      },
      (response) => {
        answer.writeHead(response.statusCode, response.headers);
        response.pipe(answer);
      },
    );
    onward.on('error', () => answer.destroy());
    incoming.pipe(onward);
  });
  server.on('upgrade', (incoming, socket, head) => {
    if (offline) {
      socket.destroy();
      return;
    }
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    const peer = connect(Number(to.port), to.hostname, () => {
      const lines = Object.entries(headersOf(incoming)).map(([name, value]) => `${name}: ${value}`);
      peer.write(`${incoming.method} ${incoming.url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
      peer.write(head);
      socket.pipe(peer).pipe(socket);
    });
    peer.on('error', () => socket.destroy());
    socket.on('error', () => peer.destroy());
    socket.on('close', () => peer.destroy());
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    /** `page: false`: not even the page is there, but for what the browser has kept. */
    offline: ({ page = true } = {}) => {
      offline = true;
      keeps = page;
      for (const socket of open) socket.destroy();
    },
    online: () => {
      offline = false;
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of open) socket.destroy();
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}
