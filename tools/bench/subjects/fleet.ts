import type { Cluster } from '../cluster.js';
import type { DatabaseOperations } from '../floors/database.js';
import { startChild, type Child } from './child.js';
import { startFlags, startOurs, startRelay, startTutorial, type Subject } from './subject.js';

export type ServerName = 'ours' | 'relay' | 'tutorial';

/**
 * The subjects of the sending rounds. Each is started on first use and runs to the end, so that it is warm in every
 * round but the first. It is idle while another one is measured.
 */
export class Fleet {
  private readonly servers = new Map<ServerName, Promise<Subject>>();
  /** The database of our server, once it runs. */
  oursDatabaseUrl: string | undefined;
  private inserter: Promise<Child<DatabaseOperations>> | undefined;

  constructor(private readonly cluster: Cluster) {}

  server(name: ServerName): Promise<Subject> {
    const running = this.servers.get(name) ?? this.start(name);
    this.servers.set(name, running);
    return running;
  }

  database(): Promise<Child<DatabaseOperations>> {
    return (this.inserter ??= this.startInserter());
  }

  async stop(): Promise<void> {
    const running = [...this.servers.values(), ...(this.inserter ? [this.inserter] : [])];
    this.servers.clear();
    this.inserter = undefined;
    await Promise.all(running.map((subject) => subject.then((s) => s.stop()).catch(() => undefined)));
  }

  private async start(name: ServerName): Promise<Subject> {
    if (name === 'ours') {
      this.oursDatabaseUrl = await this.cluster.create('bench_ours');
      return startOurs(this.oursDatabaseUrl);
    }
    if (name === 'tutorial') return startTutorial(await this.cluster.create('bench_tutorial'));
    return startRelay();
  }

  private async startInserter(): Promise<Child<DatabaseOperations>> {
    const databaseUrl = await this.cluster.create('bench_floor');
    const child = startChild<DatabaseOperations>('database', '../floors/database.js', {
      probe: false,
      flags: await startFlags(),
      env: { DATABASE_URL: databaseUrl },
    });
    await child.peer.ready();
    return child;
  }
}
