import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { get as httpGet, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import type { ServerConfigView } from '../../src/contract/index.js';
import { newApiKey, ownAccounts } from '../support/accounts.js';
import { RawHttp } from '../support/raw-http.js';
import { World } from '../support/world.js';

const HTML = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
const SCRIPT = `console.log(${JSON.stringify('x'.repeat(2_000))});`;
const SCRIPT_PATH = '/assets/index-B2xq_91k.js';
const SECRET = 'nobody may read this';

/** A built application in small. */
const BUILT: Record<string, string | Buffer> = {
  'index.html': '<!doctype html><title>Chat</title>',
  'console.html': '<!doctype html><title>Console</title>',
  'admin.html': '<!doctype html><title>Admin</title>',
  'sw.js': 'self.skipWaiting();',
  'manifest.webmanifest': '{"name":"Chat"}',
  'assets/index-B2xq_91k.js': SCRIPT,
  'assets/index-B2xq_91k.js.br': brotliCompressSync(SCRIPT),
  'assets/index-B2xq_91k.js.gz': gzipSync(SCRIPT),
  'assets/emoji/en/data.json': '[]',
  '.env': SECRET,
  '.vite/manifest.json': SECRET,
};

const folders: string[] = [];
const worlds: World[] = [];

function built(files = BUILT): string {
  const outside = mkdtempSync(join(tmpdir(), 'chat-web-'));
  folders.push(outside);
  const folder = join(outside, 'dist');
  for (const [name, body] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), body);
  }
  writeFileSync(join(outside, 'secret.txt'), SECRET);
  return folder;
}

async function start(webFolder: string, variables: Record<string, string> = {}): Promise<World> {
  const world = await World.start(variables, { webFolder });
  worlds.push(world);
  return world;
}

const at = (world: World) => new RawHttp(world.app.httpPort);

afterAll(async () => {
  await Promise.all(worlds.map((world) => world.stop()));
  for (const folder of folders) rmSync(folder, { recursive: true });
});

describe.each([
  ['open mode', {}],
  ['jwt mode', { ...ownAccounts(), API_KEYS: newApiKey() }],
])('The pages in %s', (_, variables) => {
  let world: World;
  let http: RawHttp;
  beforeAll(async () => {
    const folder = built();
    symlinkSync(join(folder, '..', 'secret.txt'), join(folder, 'assets', 'link-B2xq_91k.txt'));
    symlinkSync(join(folder, '..'), join(folder, 'assets', 'up'));
    world = await start(folder, variables);
    http = at(world);
  });

  const get = (path: string, headers: Record<string, string> = {}) =>
    http.ask({ path, headers: { host: 'localhost', ...headers } });

  it('are at / for who asks for HTML; others are led to the documents', async () => {
    const page = await get('/', { accept: HTML });
    expect(page).toMatchObject({ status: 200, text: BUILT['index.html'] });
    expect(page.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
      vary: expect.stringContaining('Accept'),
    });
    for (const accept of ['*/*', 'application/json', 'text/html;q=0', 'image/png']) {
      const { status, headers } = await get('/', { accept });
      expect([accept, status, headers.location]).toEqual([accept, 302, '/docs']);
    }
    expect((await get('/')).status).toBe(302);
  });

  it('are kept, with what belongs to them, as long as their names stay true', async () => {
    const cached = async (path: string) => (await get(path, { accept: HTML })).headers['cache-control'];
    expect(await cached(SCRIPT_PATH)).toBe('public, max-age=31536000, immutable');
    for (const path of [
      '/',
      '/console',
      '/admin',
      '/sw.js',
      '/manifest.webmanifest',
      '/assets/emoji/en/data.json',
    ]) {
      expect([path, await cached(path)]).toEqual([path, 'no-cache']);
    }
  });

  it('say the type of each file', async () => {
    const typeOf = async (path: string) => (await get(path)).headers['content-type'];
    expect(await typeOf(SCRIPT_PATH)).toBe('text/javascript; charset=utf-8');
    expect(await typeOf('/sw.js')).toBe('text/javascript; charset=utf-8');
    expect(await typeOf('/manifest.webmanifest')).toBe('application/manifest+json; charset=utf-8');
    expect(await typeOf('/console/')).toBe('text/html; charset=utf-8');
  });

  it('come packed as the browser can unpack them, each form with a tag of its own', async () => {
    const tags = new Set<string>();
    for (const [accepted, packing, unpack] of [
      ['gzip, deflate, br, zstd', 'br', brotliDecompressSync],
      ['gzip', 'gzip', gunzipSync],
      ['br;q=0, gzip', 'gzip', gunzipSync],
      ['*', 'br', brotliDecompressSync],
      ['identity', undefined, (body: Buffer) => body],
      ['', undefined, (body: Buffer) => body],
    ] as const) {
      const response = await fetchRaw(world, SCRIPT_PATH, { 'accept-encoding': accepted });
      expect([accepted, response.headers['content-encoding']]).toEqual([accepted, packing]);
      expect(unpack(response.body).toString()).toBe(SCRIPT);
      expect(response.headers.vary).toContain('Accept-Encoding');
      expect(response.headers['content-length']).toBe(String(response.body.length));
      tags.add(response.headers.etag!);
    }
    expect(tags.size).toBe(3);
  });

  it('answer HEAD, and 304 to who has the file', async () => {
    const { headers } = await get(SCRIPT_PATH);
    const head = await http.ask({ method: 'HEAD', path: SCRIPT_PATH, headers: { host: 'localhost' } });
    expect(head).toMatchObject({ status: 200, text: '' });
    expect(head.headers).toMatchObject({ etag: headers.etag, 'content-length': String(SCRIPT.length) });
    const again = await get(SCRIPT_PATH, { 'if-none-match': String(headers.etag) });
    expect(again).toMatchObject({ status: 304, text: '' });
    const packed = await get(SCRIPT_PATH, { 'if-none-match': String(headers.etag), 'accept-encoding': 'br' });
    expect(packed.status).toBe(200);
    const post = await http.ask({ method: 'POST', path: SCRIPT_PATH, headers: { host: 'localhost' } });
    expect(post.error().code).toBe('UNKNOWN_COMMAND');
  });

  it('may load nothing from elsewhere, and make no HTML of text', async () => {
    for (const path of ['/', '/console', '/admin', SCRIPT_PATH, '/sw.js']) {
      const { headers } = await get(path, { accept: HTML });
      expect(headers['content-security-policy']).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; " +
          "connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; " +
          "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types sw",
      );
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
      });
    }
  });

  it.each([
    '/assets/nothing-B2xq_91k.js',
    '/assets/',
    '/assets',
    '/index.html',
    '/console.html',
    '/assets/index-B2xq_91k.js.br',
    '/assets/INDEX-B2xq_91k.js',
    '/assets//index-B2xq_91k.js',
    '/assets/../secret.txt',
    '/assets/../../secret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/assets/%2e%2e/%2e%2e/secret.txt',
    '/assets/..\\..\\secret.txt',
    '/assets/..%5c..%5csecret.txt',
    '/assets/....//....//secret.txt',
    '/assets/index-B2xq_91k.js%00.txt',
    '/assets/%00',
    '/assets/%',
    '/assets/%ff',
    '/assets/%c0%ae%c0%ae/secret.txt',
    '/assets/link-B2xq_91k.txt',
    '/assets/up/secret.txt',
    '/.env',
    '/assets/.env',
    '/.vite/manifest.json',
    '/sw.js/x',
    '//assets/index-B2xq_91k.js',
    '/assets/constructor',
    '/assets/__proto__',
  ])('have nothing at %s, and say nothing of the folder', async (path) => {
    const reply = await get(path, { accept: HTML });
    expect(reply.status).toBeGreaterThanOrEqual(400);
    expect(reply.status).toBeLessThan(500);
    expect(['UNKNOWN_COMMAND', 'VALIDATION_FAILED']).toContain(reply.error().code);
    expect(reply.text).not.toMatch(/secret|chat-web|dist|ENOENT/);
  });

  it('are what GET /config says', async () => {
    const { body } = await world.http.get('/config').set('Host', 'localhost').expect(200);
    expect((body as ServerConfigView).pages).toEqual(['/', '/admin', '/console']);
    expect(world.app.pages).toEqual(['/', '/admin', '/console']);
  });
});

describe('What a page may load from elsewhere', () => {
  it('are pictures of IMAGE_ORIGINS and sockets of SOCKET_URL', async () => {
    const world = await start(built(), {
      IMAGE_ORIGINS: 'https://images.example.com,http://cdn.example.com:8080',
      SOCKET_URL: 'https://sockets.example.com',
    });
    const { headers } = await world.http.get('/').set('Host', 'localhost').set('Accept', HTML).expect(200);
    const policy = headers['content-security-policy']!.split('; ');
    expect(policy).toContain(
      "img-src 'self' data: blob: https://images.example.com http://cdn.example.com:8080",
    );
    expect(policy).toContain("connect-src 'self' https://sockets.example.com wss://sockets.example.com");
  });

  it('is no script with a policy of its own, where there is no service worker', async () => {
    const world = await start(built({ 'index.html': '<!doctype html>' }));
    const { headers } = await world.http.get('/').set('Host', 'localhost').set('Accept', HTML).expect(200);
    expect(headers['content-security-policy']).toMatch(/; trusted-types 'none'$/);
  });
});

describe('A link on another site', () => {
  it('leads to the pages, but loads nothing into it', async () => {
    const world = await start(built());
    const from = { host: 'localhost', accept: HTML, 'sec-fetch-site': 'cross-site' };
    for (const path of ['/', '/console', '/admin', '/console?command=createChat', '/docs']) {
      const { status } = await at(world).ask({ path, headers: { ...from, 'sec-fetch-mode': 'navigate' } });
      expect([path, status]).toEqual([path, 200]);
    }
    const script = await at(world).ask({ path: SCRIPT_PATH, headers: from });
    expect(script.error().code).toBe('FORBIDDEN');
  });
});

describe('WEB', () => {
  const statusOf = async (world: World, path: string) =>
    (await at(world).ask({ path, headers: { host: 'localhost', accept: HTML } })).status;

  it.each([
    ['console', '/admin'],
    ['admin', '/console'],
  ])('%s leaves that page and what it loads', async (name, other) => {
    const world = await start(built(), { WEB: name });
    expect(world.app.pages).toEqual([`/${name}`]);
    expect(await statusOf(world, '/')).toBe(302);
    expect(await statusOf(world, `/${name}`)).toBe(200);
    expect(await statusOf(world, other)).toBe(404);
    expect(await statusOf(world, SCRIPT_PATH)).toBe(200);
    for (const path of ['/sw.js', '/manifest.webmanifest']) expect(await statusOf(world, path)).toBe(404);
  });

  it('off leaves nothing: / leads to the documents', async () => {
    const world = await start(built(), { WEB: 'off' });
    expect(world.app.pages).toEqual([]);
    expect(await statusOf(world, '/')).toBe(302);
    for (const path of ['/console', '/admin', SCRIPT_PATH, '/sw.js', '/assets/x']) {
      expect([path, await statusOf(world, path)]).toEqual([path, 404]);
    }
  });

  it('on without a build leaves nothing as well', async () => {
    const world = await start(join(tmpdir(), 'chat-web-that-is-not-there'), { WEB: 'on' });
    expect(world.app.pages).toEqual([]);
    expect(await statusOf(world, '/')).toBe(302);
    expect(await statusOf(world, SCRIPT_PATH)).toBe(404);
  });
});

/** Without unpacking, which fetch and supertest do. */
async function fetchRaw(world: World, path: string, headers: Record<string, string>) {
  return new Promise<{ headers: IncomingHttpHeaders; body: Buffer }>((resolve, reject) => {
    const request = httpGet(
      { port: world.app.httpPort, path, headers: { host: 'localhost', ...headers } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => resolve({ headers: response.headers, body: Buffer.concat(chunks) }));
      },
    );
    request.on('error', reject);
  });
}
