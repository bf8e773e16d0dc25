import { Module } from '@nestjs/common';
import { HealthController } from './health.controller.js';

/** What the operator needs. */
@Module({ controllers: [HealthController] })
export class OperationsModule {}
