import { cp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { projectRoot } from '../../src/common/project-root.js';
import { Installation, type Program, serving } from '../support/process.js';

const posixOnly = process.platform === 'win32' ? describe.skip : describe;

// Several starts, with a compiler beside them.
jest.setTimeout(180_000);

const starts = (program: Program) => program.output.split('Ctrl-C stops it').length - 1;

/** Asks the server that was started last: each start has a port of its own. */
async function isReady(program: Program): Promise<boolean> {
  await serving(program);
  const rest = [...program.output.matchAll(/REST +(http:\S+)/g)].at(-1)![1]!;
  return (await fetch(`${rest}/health/ready`)).ok;
}

posixOnly('npm run start:dev', () => {
  let installed: Installation;
  let main: string;
  let source: string;

  beforeAll(async () => {
    installed = await Installation.make();
    // A source of its own, to be changed, and not newer than what was built of it.
    await rm(join(installed.folder, 'src'));
    const asOld = { recursive: true, preserveTimestamps: true };
    await cp(join(projectRoot(), 'src'), join(installed.folder, 'src'), asOld);
    // The packages are a link to others: the compiler would take all that it has noted of them for changed, and begin anew.
    const packages = await realpath(join(installed.folder, 'node_modules'));
    const notes = join(installed.folder, 'dist', 'build.tsbuildinfo');
    const there = `"${relative(join(installed.folder, 'dist'), packages)}/`;
    await writeFile(notes, (await readFile(notes, 'utf8')).replaceAll('"../node_modules/', there));
    main = join(installed.folder, 'src', 'main.ts');
    source = await readFile(main, 'utf8');
  });
  afterEach(() => writeFile(main, source));
  afterAll(() => installed.remove());

  const run = (command: string, ...args: string[]) =>
    installed.run(command, args, { PORT: '0', SOCKET_PORT: '0', RATE_LIMITS: 'off' });
  const develop = () => run('npm', 'run', 'start:dev');

  /** Its output closes when the last process that writes to it has ended. */
  const leavesNothing = async (program: Program) => {
    await program.exited;
    expect(await installed.hasPostgres()).toBe(false);
  };

  it('starts again with what has changed, on the same data, and goes on serving while the source has errors', async () => {
    const program = develop();
    expect(await isReady(program)).toBe(true);

    await writeFile(main, `${source}\nprocess.stdout.write('changed\\n');\n`);
    await program.says(/SIGTERM: stopping[^]*changed[^]*Ctrl-C stops it/);
    expect(starts(program)).toBe(2);
    expect(program.output.split('creating a PostgreSQL')).toHaveLength(2);

    await writeFile(main, `${source}\nconst = ;\n`);
    await program.says(/src\/main\.ts.*error TS[^]*Not started again/);
    expect(await isReady(program)).toBe(true);

    await writeFile(main, `${source}\nprocess.stdout.write('mended\\n');\n`);
    await program.says(/SIGTERM: stopping[^]*mended[^]*Ctrl-C stops it/);

    // Ctrl-C: a terminal signals the whole group.
    process.kill(-program.pid, 'SIGINT');
    await leavesNothing(program);
  });

  it('leaves nothing behind when it is killed', async () => {
    const program = run(process.execPath, 'scripts/dev.mjs');
    expect(await isReady(program)).toBe(true);
    program.kill('SIGKILL');
    await leavesNothing(program);
  });
});
