import { Module } from '@nestjs/common';
import { ExternalIdsModule } from './external-ids/external-ids.module.js';
import { IdempotencyModule } from './idempotency/idempotency.module.js';
import { IdentityModule } from './identity/identity.module.js';
import { LimitsModule } from './limits/limits.module.js';
import { CommandPipeline } from './pipeline.js';

/** The pipeline that every command passes, on both edges. */
@Module({
  imports: [ExternalIdsModule, IdempotencyModule, IdentityModule, LimitsModule],
  providers: [CommandPipeline],
  exports: [CommandPipeline, ExternalIdsModule, IdentityModule, LimitsModule],
})
export class CommandsModule {}
