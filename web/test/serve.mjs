/**
 * Stands before a node: serves `web/dist` with the page's policy where the node itself does not, hands all else on, can
 * take the network away, and can keep back what the node sends.
 */
import { Buffer } from 'node:buffer';
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

function fileOf(url, folder) {
  const path = new URL(url, 'http://page').pathname;
  const named = path === '/console' || path === '/admin' ? `${path}.html` : path;
  const file = join(folder, normalize(path === '/' ? '/index.html' : named));
  return file.startsWith(folder) && existsSync(file) && statSync(file).isFile() ? file : null;
}

/** Whether a node shows the page itself. */
async function showsPage(node) {
  const answer = await fetch(node, { headers: { accept: 'text/html' } });
  return (await answer.text()).includes('id="app"');
}

/** The frames of a WebSocket as a server sends them; what is not whole is the last one. */
function framesOf(bytes) {
  const frames = [];
  for (let at = 0; at < bytes.length;) {
    const short = (bytes[at + 1] ?? 0) & 127;
    const head = short === 127 ? 10 : short === 126 ? 4 : 2;
    const whole = bytes.length >= at + head;
    const length = !whole
      ? 0
      : short === 127
        ? Number(bytes.readBigUInt64BE(at + 2))
        : short === 126
          ? bytes.readUInt16BE(at + 2)
          : short;
    const end = whole ? at + head + length : bytes.length;
    frames.push(bytes.subarray(at, end));
    at = end;
  }
  return frames;
}

/** `folder`: the page in it is shown instead of the node's own. */
export async function serve(node, folder = dist) {
  const to = new URL(node);
  const own = folder === dist && (await showsPage(node));
  let offline = false;
  let keeps = true;
  /** What the node has sent since `hold`, as [socket, bytes]. */
  let held = null;
  const open = new Set();
  const headersOf = ({ headers }) => ({
    ...headers,
    host: to.host,
    ...(headers.origin ? { origin: to.origin } : {}),
  });
  const server = createServer((incoming, answer) => {
    const file = incoming.method === 'GET' ? fileOf(incoming.url, folder) : null;
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
      socket.pipe(peer);
      peer.on('data', (bytes) => (held ? held.push([socket, bytes]) : socket.write(bytes)));
      peer.on('end', () => socket.end());
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
    /**
     * From now on what the node sends over sockets waits. To begin while nothing is on its way.
     *
     * @returns the text of what waits, and the way to let it go: within so many milliseconds, evenly; ends with the last
     */
    hold: () => {
      held = [];
      return {
        text: () => Buffer.concat(held.map(([, bytes]) => bytes)).toString(),
        release: async (withinMs) => {
          const came = held;
          held = [];
          const frames = [...new Set(came.map(([socket]) => socket))].flatMap((socket) => {
            const bytes = came.filter(([one]) => one === socket).map(([, part]) => part);
            return framesOf(Buffer.concat(bytes)).map((frame) => [socket, frame]);
          });
          const begun = performance.now();
          for (let sent = 0; sent < frames.length;) {
            const due = withinMs === 0 ? 1 : Math.min(1, (performance.now() - begun) / withinMs);
            for (; sent < Math.ceil(due * frames.length); sent++) frames[sent][0].write(frames[sent][1]);
            await new Promise((resolve) => setTimeout(resolve, 2));
          }
          // What has come meanwhile: after all that waited.
          for (const [socket, bytes] of held) socket.write(bytes);
          held = null;
        },
      };
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of open) socket.destroy();
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}
