import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';

/** How a body is packed, as `Content-Encoding` names it; what browsers are better sent comes first. */
const PACKINGS = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const;

export type Packing = (typeof PACKINGS)[number][0] | 'identity';

/** One form of a file. `etag` is of this form alone. */
export interface StaticForm {
  readonly packing: Packing;
  readonly body: Buffer;
  readonly etag: string;
}

export interface StaticFile {
  readonly type: string;
  /** `Cache-Control`. */
  readonly cache: string;
  /** The best first, as it is last. */
  readonly forms: readonly StaticForm[];
}

const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
  '.yaml': 'application/yaml; charset=utf-8',
};

/** A name that holds a hash of its content, as bundlers write it: `index-B2xq_91k.js`. */
const HASHED = /^assets\/(?:.*\/)?[^/]*-[\w-]{8}\.[a-z\d.]+$/;

const FOREVER = 'public, max-age=31536000, immutable';

/** Kept, but asked for anew each time: a 304 is the usual answer. */
const ASKED_ANEW = 'no-cache';

/**
 * The files of a folder, read whole, so that a node serves what it has started with, and no path of a request ever
 * reaches the file system. Hidden files and symbolic links are left out.
 */
export class StaticFiles {
  private constructor(private readonly files: ReadonlyMap<string, StaticFile>) {}

  /** A folder that does not exist has no files. */
  static of(folder: string): StaticFiles {
    const names = namesIn(folder);
    const files = [...names]
      .filter((name) => !PACKINGS.some(([, ending]) => isPacked(name, ending, names)))
      .map((name) => [name, read(folder, name, names)] as const);
    return new StaticFiles(new Map(files));
  }

  /** Their names: paths in the folder, with `/`. */
  get names(): readonly string[] {
    return [...this.files.keys()];
  }

  get(name: string): StaticFile | undefined {
    return this.files.get(name);
  }
}

function namesIn(folder: string): ReadonlySet<string> {
  if (!existsSync(folder)) return new Set();
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'));
  return new Set(names.filter((name) => !name.split('/').some((part) => part.startsWith('.'))).sort());
}

const isPacked = (name: string, ending: string, names: ReadonlySet<string>) =>
  name.endsWith(ending) && names.has(name.slice(0, -ending.length));

function read(folder: string, name: string, names: ReadonlySet<string>): StaticFile {
  const form = (packing: Packing, ending: string): StaticForm => {
    const body = readFileSync(join(folder, name + ending));
    const hash = createHash('sha256').update(body).digest('base64url').slice(0, 22);
    return { packing, body, etag: `"${hash}"` };
  };
  const packed = PACKINGS.filter(([, ending]) => names.has(name + ending));
  return {
    type: TYPES[extname(name)] ?? 'application/octet-stream',
    cache: HASHED.test(name) ? FOREVER : ASKED_ANEW,
    forms: [...packed.map(([packing, ending]) => form(packing, ending)), form('identity', '')],
  };
}
