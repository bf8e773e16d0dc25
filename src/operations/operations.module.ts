import { Module } from '@nestjs/common';
import { FrontController } from './front.controller.js';
import { HealthController } from './health.controller.js';

/** What the operator needs. */
@Module({ controllers: [FrontController, HealthController] })
export class OperationsModule {}
