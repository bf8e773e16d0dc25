import { Global, Module } from '@nestjs/common';
import type { AppConfig } from '../config/config.js';
import { APP_CONFIG } from '../config/config.module.js';
import { Limits } from './limits.js';

/** How much a person and an address may do. */
@Global()
@Module({
  providers: [
    { provide: Limits, useFactory: (config: AppConfig) => new Limits(config), inject: [APP_CONFIG] },
  ],
  exports: [Limits],
})
export class LimitsModule {}
