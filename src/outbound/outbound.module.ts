import { Module } from '@nestjs/common';
import { Outbound } from './outbound.js';

/** Calls to other servers. */
@Module({ providers: [Outbound], exports: [Outbound] })
export class OutboundModule {}
