import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import js from '@eslint/js';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

/**
 * The layers of `src`, as in CONTRIBUTING.md, which tells why. A folder imports only from rows above its own in this
 * list, never from its own row or from rows below.
 */
const LAYERS = [
  ['contract'],
  ['config'],
  ['metrics'],
  ['redis'],
  ['limits'],
  ['database'],
  ['auth'],
  ['idempotency'],
  ['realtime'],
  ['http'],
  ['blocks'],
  ['presence'],
  ['users'],
  ['accounts'],
  ['chats'],
  ['members', 'typing'],
  ['messages'],
  ['receipts', 'reactions', 'reports', 'sync'],
  ['operations'],
];

const folders = readdirSync(join(import.meta.dirname, 'src'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);
const homeless = folders.filter((folder) => !LAYERS.flat().includes(folder));
if (homeless.length > 0)
  throw new Error(`eslint.config.js names no layer for src/${homeless.join(', src/')}`);

/** Imports that a folder of `src` may not have because of where it stands. */
function layerPatterns(folder) {
  const row = LAYERS.findIndex((names) => names.includes(folder));
  const closed = LAYERS.slice(row)
    .flat()
    .filter((name) => name !== folder);
  const order = LAYERS.map((names) => names.join(', ')).join(' <- ');
  const patterns = [
    {
      regex: '^(\\.\\./)+(main|app|app\\.module)\\.js$',
      message: 'Nothing imports the program itself.',
    },
  ];
  if (closed.length > 0) {
    patterns.push({
      regex: `^(\\.\\./)+(${closed.join('|')})/`,
      message: `A folder imports only from rows above its own: ${order}.`,
    });
  }
  if (folder === 'contract') {
    patterns.push({
      regex: '^(\\.\\./)+(project-root|version)\\.js$',
      message: 'The contract imports nothing of ours.',
    });
  } else {
    patterns.push({
      regex: '/contract/(?!index\\.js$)',
      message: 'Import the contract as a whole, from contract/index.js.',
    });
  }
  return patterns;
}

const ENVIRONMENT = {
  regex: '^(node:)?process$',
  message: 'Read the environment in src/config only; use the global `process` for the rest.',
};

const FORWARD_REF = {
  group: ['@nestjs/common'],
  importNamePattern: '^forwardRef$',
  message: 'A cycle of modules is a fault of the layers: mend that.',
};

const NEST_EXCEPTIONS = {
  group: ['@nestjs/common', '@nestjs/websockets'],
  importNamePattern: 'Exception$',
  message: 'Throw an AppError with a code of the catalogue.',
};

const SOCKETS = {
  regex: '^socket\\.io(-|/|$)',
  message: 'Only src/realtime and the presence gateway know sockets; services publish through the Publisher.',
};

/** Rows are read and changed by services; views may name a model's type. */
const MODELS = {
  regex: '/database/models/',
  allowTypeImports: true,
  message: 'Models are for services, their modules and their queries.',
};

/** What edges may not touch. */
const STORAGE = {
  regex: '^(@nestjs/sequelize|sequelize(-typescript)?|pg)$|/database/(models/|sql\\.js$)|\\.queries\\.js$',
  message: 'An edge calls its service: no model, no query.',
};

/** The whole of `no-restricted-imports` for some files: later settings replace earlier ones, they do not add. */
const imports = (...patterns) => ({ '@typescript-eslint/no-restricted-imports': ['error', { patterns }] });

const everywhere = (folder) => [
  ...layerPatterns(folder),
  ENVIRONMENT,
  FORWARD_REF,
  ...(folder === 'http' ? [] : [NEST_EXCEPTIONS]),
  ...(folder === 'realtime' ? [] : [SOCKETS]),
];

const layers = folders.flatMap((folder) => [
  {
    files: [`src/${folder}/**/*.ts`],
    rules: imports(...everywhere(folder), ...(folder === 'database' ? [] : [MODELS])),
  },
  {
    files: [`src/${folder}/**/*.{service,module,queries}.ts`],
    rules: imports(...everywhere(folder)),
  },
  {
    files: [`src/${folder}/**/*.{gateway,controller}.ts`],
    rules: imports(...everywhere(folder), STORAGE),
  },
]);

const exceptions = [
  {
    // Joins and leaves with the socket itself.
    files: ['src/presence/presence.gateway.ts'],
    rules: imports(...everywhere('presence').filter((pattern) => pattern !== SOCKETS), STORAGE),
  },
];

const unusedVars = [
  'error',
  { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'none', ignoreRestSiblings: true },
];

export default defineConfig(
  { ignores: ['dist/', 'coverage/', '.data/', 'bench/results/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
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
          selector: "VariableDeclarator[id.typeAnnotation.typeAnnotation.typeName.name='Statement']",
          message: 'A statement stands in the folder’s *.queries.ts.',
        },
      ],
    },
  },
  ...layers,
  ...exceptions,
  {
    // What supertest, sockets and raw rows hand over is `any`; the expectation after it is the check.
    files: ['test/**/*.ts', 'src/**/*.spec.ts', 'bench/**/*.ts'],
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
    files: ['**/*.cjs', '.sequelizerc'],
    languageOptions: {
      sourceType: 'commonjs',
      globals: { __dirname: 'readonly', module: 'writable', require: 'readonly' },
    },
  },
);
