import js from '@eslint/js';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';
import { project } from './tools/lint/layers.js';
import { closedPackages } from './tools/lint/packages.js';

const ENVIRONMENT = {
  regex: '^(node:)?process$',
  message: 'Read the environment in src/config only; use the global `process` for the rest.',
};

const FORWARD_REF = {
  group: ['@nestjs/common'],
  importNamePattern: '^forwardRef$',
  message: 'Two modules that need each other break the layers: move what both need to a lower folder.',
};

const NEST_EXCEPTIONS = {
  group: ['@nestjs/common', '@nestjs/websockets'],
  importNamePattern: 'Exception$',
  message: 'Throw an AppError with a code of the catalogue.',
};

const SOCKETS = {
  regex: '^socket\\.io(-|/|$)',
  message: 'Only src/sockets and src/delivery know Socket.IO; services publish through the Publisher.',
};

/** Rows are read and changed by services; views may name a model's type. */
const MODELS = {
  regex: '/database/models/',
  allowTypeImports: true,
  message: 'Models are for services, their modules and their queries.',
};

/** What edges may not touch. */
const STORAGE = {
  regex:
    '^(@nestjs/sequelize|sequelize(-typescript)?|pg)$|/database/(models/|database\\.js$)|\\.queries\\.js$',
  message: 'An edge calls its service: no model, no query.',
};

/** What only Node has. */
const OF_NODE = ['Buffer', 'process', 'global', 'setImmediate', 'require'];

const REACT = {
  regex: '^react(-dom)?(/|$)',
  message: 'Only packages/client/src/react knows React: the rest works without it.',
};

/** The whole of `no-restricted-imports` for some files: later settings replace earlier ones, they do not add. */
const imports = (...patterns) => ({ '@typescript-eslint/no-restricted-imports': ['error', { patterns }] });

const EVERYWHERE = [ENVIRONMENT, FORWARD_REF, NEST_EXCEPTIONS, SOCKETS];
const except = (...left) => EVERYWHERE.filter((pattern) => !left.includes(pattern));

const layers = [
  {
    files: ['src/**/*.ts'],
    plugins: { project },
    rules: { 'project/layers': 'error', ...imports(...EVERYWHERE, MODELS) },
  },
  { files: ['src/**/*.{service,module,queries}.ts'], rules: imports(...EVERYWHERE) },
  { files: ['src/database/**/*.ts'], rules: imports(...EVERYWHERE) },
  { files: ['src/**/*.{gateway,controller}.ts'], rules: imports(...EVERYWHERE, STORAGE) },
  { files: ['src/{sockets,delivery}/**/*.ts'], rules: imports(...except(SOCKETS), MODELS) },
  { files: ['src/rest/**/*.ts'], rules: imports(...except(NEST_EXCEPTIONS), MODELS) },
  {
    // Joins and leaves with the socket itself.
    files: ['src/presence/presence.gateway.ts'],
    rules: imports(...except(SOCKETS), STORAGE),
  },
];

const unusedVars = [
  'error',
  { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'none', ignoreRestSiblings: true },
];

export default defineConfig(
  { ignores: ['**/dist/', 'coverage/', '.data/', 'tools/bench/results/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': unusedVars,
      // What was caught is handed on as it is.
      '@typescript-eslint/prefer-promise-reject-errors': ['error', { allowThrowingUnknown: true }],
      // A port's methods are promises for the sake of its other implementation.
      '@typescript-eslint/require-await': 'off',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'no-console': 'error',
      // The tests know them, since they run the client.
      'no-restricted-globals': ['error', 'document', 'indexedDB', 'localStorage', 'location', 'window'],
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Read the environment in src/config only.' },
      ],
    },
  },
  {
    // The start hands the environment to src/config; a child process gets its own, made from ours.
    files: ['src/config/*.ts', 'src/main.ts', 'src/database/embedded/commands.ts'],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/**/*.queries.ts', 'src/database/**'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: "CallExpression[callee.object.name='statement']",
          message: 'A statement stands in the folder’s *.queries.ts.',
        },
      ],
    },
  },
  {
    // Clients import the contract as well: nothing of Node.
    files: ['src/contract/**/*.ts'],
    ignores: ['**/*.spec.ts'],
    rules: {
      'no-restricted-globals': ['error', ...OF_NODE],
      'no-restricted-imports': [
        'error',
        { patterns: [{ regex: '^node:', message: 'Clients have no Node.' }] },
      ],
    },
  },
  ...layers,
  {
    // Runs in browsers, React Native and Node alike, from its own package alone.
    files: ['packages/client/src/**/*.{ts,tsx}'],
    plugins: { packages: closedPackages },
    rules: { 'packages/closed': 'error', 'no-console': 'error' },
  },
  {
    files: ['packages/client/src/**/*.{ts,tsx}'],
    ignores: ['**/*.spec.{ts,tsx}'],
    rules: {
      'no-restricted-globals': ['error', ...OF_NODE],
      ...imports(REACT),
    },
  },
  {
    files: ['packages/client/src/react/**/*.{ts,tsx}'],
    rules: { '@typescript-eslint/no-restricted-imports': 'off' },
  },
  {
    files: ['packages/testing/src/**/*.ts'],
    plugins: { packages: closedPackages },
    rules: { 'packages/closed': ['error', { node: true }], 'no-console': 'error' },
  },
  {
    // The page: the client and React's API, nothing of the server, and no text of people that becomes HTML.
    files: ['web/src/**/*.{ts,tsx}'],
    rules: {
      'no-console': ['error', { allow: ['warn'] }],
      'no-restricted-globals': ['error', ...OF_NODE],
      ...imports(
        {
          regex: '^(\\.\\./)+(src|packages|test|tools)/',
          message: 'The page imports the client by its name, and nothing of the server.',
        },
        {
          regex:
            '^@chat-api/client/(?!(accounts|react|react/notifications|notifications|indexeddb|streams)$)',
          message: 'The page is a user of the client as any other: it takes what the client exports.',
        },
        { regex: '^preact(/|$)', message: 'Written against React; Vite puts Preact in its place.' },
      ),
      'no-restricted-syntax': [
        'error',
        {
          selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']",
          message: 'Text of people is never HTML.',
        },
        {
          selector: 'AssignmentExpression[left.property.name=/^(inner|outer)HTML$/]',
          message: 'Text of people is never HTML.',
        },
      ],
    },
  },
  {
    // What supertest, sockets and raw rows hand over is `any`; the expectation after it is the check.
    files: [
      'test/**/*.ts',
      'src/**/*.spec.ts',
      'packages/*/src/**/*.spec.{ts,tsx}',
      'web/src/**/*.spec.ts',
      'packages/*/test/**/*.ts',
      'tools/bench/**/*.ts',
    ],
    rules: {
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/unbound-method': 'off',
      // Bad input has such numbers.
      'no-loss-of-precision': 'off',
    },
  },
  {
    files: ['**/*.{js,mjs,cjs}'],
    languageOptions: {
      globals: {
        clearTimeout: 'readonly',
        console: 'readonly',
        fetch: 'readonly',
        globalThis: 'readonly',
        performance: 'readonly',
        process: 'readonly',
        setTimeout: 'readonly',
        URL: 'readonly',
      },
    },
    rules: { 'no-unused-vars': unusedVars },
  },
  {
    // What they hand to the browser runs in its page.
    files: ['web/test/**/*.mjs', 'web/bench/**/*.mjs'],
    languageOptions: {
      globals: {
        CSSStyleSheet: 'readonly',
        document: 'readonly',
        DOMParser: 'readonly',
        innerWidth: 'readonly',
        location: 'readonly',
        MessageChannel: 'readonly',
        MutationObserver: 'readonly',
        window: 'readonly',
        ResizeObserver: 'readonly',
        requestAnimationFrame: 'readonly',
        sessionStorage: 'readonly',
      },
    },
  },
  {
    files: ['**/*.cjs', '.sequelizerc'],
    languageOptions: {
      sourceType: 'commonjs',
      globals: { __dirname: 'readonly', module: 'writable', require: 'readonly' },
    },
  },
);
