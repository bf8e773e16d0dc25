import { Module } from '@nestjs/common';
import { CommonModule } from '../common/common.module.js';
import { OutboundModule } from '../outbound/outbound.module.js';
import { SendHooks } from './send-hooks.js';

/** Who is asked before a message is sent. */
@Module({ imports: [CommonModule, OutboundModule], providers: [SendHooks], exports: [SendHooks] })
export class HooksModule {}
