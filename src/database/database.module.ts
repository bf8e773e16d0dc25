import { Inject, Logger, Module, type OnApplicationShutdown } from '@nestjs/common';
import { getConnectionToken, SequelizeModule } from '@nestjs/sequelize';
import { type Sequelize } from 'sequelize-typescript';
import { type AppConfig } from '../config/config.js';
import { APP_CONFIG } from '../config/config.module.js';
import { Metrics } from '../common/metrics/metrics.js';
import { Health } from '../common/health.js';
import { CommonModule } from '../common/common.module.js';
import { sequelizeOptions } from './connections.js';
import { Database } from './database.js';
import { models } from './models/all.js';
import { Neighbours, sessionsOf } from './neighbours.js';
import { countPool } from './pool-metrics.js';
import { profiles } from './profiles.js';

/** PostgreSQL: models and prepared statements on one pool of connections, which Sequelize opens and closes. */
@Module({
  imports: [
    CommonModule,
    SequelizeModule.forRootAsync({
      inject: [APP_CONFIG],
      useFactory: ({ database: { url, pool, timeoutMs }, redis }: AppConfig) => {
        if (url === null) throw new Error('No database URL: main.ts has to resolve it before the app starts');
        return {
          ...sequelizeOptions(
            { url, pool, timeoutMs },
            { ...profiles.chat, name: sessionsOf({ isLinked: redis.target !== null }) },
          ),
          models,
          // An injected model belongs to this connection, even when one process runs several nodes, as tests do.
          repositoryMode: true,
          synchronize: false,
          autoLoadModels: false,
          retryAttempts: 0,
        };
      },
    }),
    SequelizeModule.forFeature(models),
  ],
  providers: [
    {
      provide: Database,
      inject: [getConnectionToken()],
      useFactory: (sequelize: Sequelize) => new Database(sequelize),
    },
  ],
  exports: [Database, SequelizeModule],
})
export class DatabaseModule implements OnApplicationShutdown {
  private readonly logger = new Logger(DatabaseModule.name);
  private readonly neighbours: Neighbours;

  constructor(
    database: Database,
    metrics: Metrics,
    health: Health,
    @Inject(getConnectionToken()) sequelize: Sequelize,
  ) {
    const { application_name: own } = sequelize.options.dialectOptions as { application_name: string };
    this.neighbours = new Neighbours(database.impatient, own);
    this.neighbours.start();
    health.watch('neighbours', () => !this.neighbours.areUnreached);
    database.onLost((error) => this.logger.warn(`A database connection was lost: ${error.message}`));
    countPool(metrics, profiles.chat.name, database);
    health.watch('database', () => database.state(), { essential: true });
  }

  onApplicationShutdown(): void {
    this.neighbours.stop();
  }
}
