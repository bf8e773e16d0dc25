import { Global, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { getConnectionToken, SequelizeModule } from '@nestjs/sequelize';
import pg from 'pg';
import { type Sequelize } from 'sequelize-typescript';
import { type AppConfig } from '../config/config.js';
import { APP_CONFIG } from '../config/config.module.js';
import { Metrics } from '../common/metrics/metrics.js';
import { Vitals } from '../common/health.js';
import { ChatMember } from './models/chat-member.model.js';
import { Chat } from './models/chat.model.js';
import { Message } from './models/message.model.js';
import { User } from './models/user.model.js';
import { countPools } from './pool-meters.js';
import { Database } from './database.js';

/** Connections of the whole that go to Sequelize; the rest are for prepared statements. */
const SEQUELIZE_SHARE = 0.25;

const models = [User, Chat, ChatMember, Message];

/** bigint columns come back as numbers: no id passes 2^53 (see the migration's CHECK and the contract). */
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

function databaseUrl(config: AppConfig): string {
  if (config.database.url === null) throw new Error('main.ts resolves the database before the app starts');
  return config.database.url;
}

/** Both ways to PostgreSQL: the models, and prepared statements. */
@Global()
@Module({
  imports: [
    SequelizeModule.forRootAsync({
      inject: [APP_CONFIG],
      useFactory: (config: AppConfig) => {
        const max = Math.max(1, Math.floor(config.database.pool * SEQUELIZE_SHARE));
        return {
          dialect: 'postgres' as const,
          uri: databaseUrl(config),
          models,
          synchronize: false,
          autoLoadModels: false,
          logging: false,
          pool: { max, acquire: 1_200, idle: 60_000 },
          dialectOptions: {
            statement_timeout: config.database.timeoutMs,
            query_timeout: config.database.timeoutMs + 200,
            connectionTimeoutMillis: 1_000,
            keepAlive: true,
            application_name: 'chat-models',
          },
          retryAttempts: 0,
        };
      },
    }),
    SequelizeModule.forFeature(models),
  ],
  providers: [
    {
      provide: Database,
      inject: [APP_CONFIG],
      useFactory: (config: AppConfig) =>
        new Database({
          url: databaseUrl(config),
          pool: config.database.pool - Math.max(1, Math.floor(config.database.pool * SEQUELIZE_SHARE)),
          timeoutMs: config.database.timeoutMs,
        }),
    },
  ],
  exports: [Database, SequelizeModule],
})
export class DatabaseModule implements OnApplicationShutdown {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(getConnectionToken()) models: Sequelize,
    metrics: Metrics,
    vitals: Vitals,
  ) {
    countPools(metrics, database, models);
    vitals.watch('database', () => database.answers(), { essential: true });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.database.close();
  }
}
