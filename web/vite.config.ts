import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const client = (path: string) => here(`../packages/client/src/${path}`);

/** The node that `npm run web:dev` shows. */
const NODE = process.env.CHAT_URL ?? 'http://localhost:3000';
const SERVED = [
  '/config',
  '/users',
  '/chats',
  '/messages',
  '/auth',
  '/invitations',
  '/seen',
  '/status',
  '/reports',
  '/audit',
  '/erasures',
  '/deactivations',
  '/webhooks',
  '/docs',
];

/** `WEB_REACT=1` builds with React itself: whoever copies these components may use it. */
const preact = process.env.WEB_REACT
  ? []
  : [
      { find: /^react\/jsx-(dev-)?runtime$/, replacement: 'preact/jsx-runtime' },
      { find: /^react-dom\/client$/, replacement: 'preact/compat/client' },
      { find: /^react(-dom)?$/, replacement: 'preact/compat' },
    ];

/** See src/websocket-only.ts. */
const websocketOnly: Plugin = {
  name: 'websocket-only',
  enforce: 'pre',
  resolveId: (source, importer) =>
    /^\.\/transports\/(index|polling-xhr(\.node)?)\.js$/.test(source) &&
    importer?.includes('/engine.io-client/')
      ? here('./src/websocket-only.ts')
      : null,
};

/** Chunks are few and small, and there is one style sheet: nothing has to be loaded ahead of them. */
const plainImports: Plugin = {
  name: 'plain-imports',
  enforce: 'pre',
  load: (id) =>
    id.endsWith('vite/preload-helper.js') ? 'export const __vitePreload = (load) => load();' : null,
};

export default defineConfig({
  root: here('.'),
  plugins: [websocketOnly, plainImports],
  // The client's sources: a fresh checkout has no build of it.
  resolve: {
    alias: [
      { find: /^@chat-api\/client$/, replacement: client('index.ts') },
      { find: /^@chat-api\/client\/accounts$/, replacement: client('accounts.ts') },
      { find: /^@chat-api\/client\/react$/, replacement: client('react/index.ts') },
      {
        find: /^@chat-api\/client\/react\/notifications$/,
        replacement: client('react/notifications.ts'),
      },
      { find: /^@chat-api\/client\/notifications$/, replacement: client('notifications/index.ts') },
      { find: /^@chat-api\/client\/streams$/, replacement: client('streams/index.ts') },
      { find: /^@chat-api\/client\/indexeddb$/, replacement: client('storage/indexeddb.ts') },
      ...preact,
    ],
  },
  build: {
    target: 'es2024',
    outDir: here('dist'),
    emptyOutDir: true,
    // No helper that loads chunks ahead, and nothing inlined: the page's policy allows files of this server alone.
    modulePreload: false,
    cssCodeSplit: false,
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
  server: {
    proxy: {
      ...Object.fromEntries(SERVED.map((path) => [path, NODE])),
      '/socket.io': { target: NODE, ws: true },
    },
  },
});
