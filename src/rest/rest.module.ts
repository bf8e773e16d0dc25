import { Module } from '@nestjs/common';
import { APP_FILTER, APP_INTERCEPTOR } from '@nestjs/core';
import { CommandsModule } from '../commands/commands.module.js';
import { CommonModule } from '../common/common.module.js';
import { CommandInterceptor } from './command.interceptor.js';
import { ErrorFilter } from './error.filter.js';
import { WebPages } from './web-pages.js';

/** REST: what controllers need to pass requests to the pipeline. */
@Module({
  imports: [CommandsModule, CommonModule],
  providers: [
    WebPages,
    { provide: APP_INTERCEPTOR, useClass: CommandInterceptor },
    { provide: APP_FILTER, useClass: ErrorFilter },
  ],
  exports: [WebPages],
})
export class RestModule {}
