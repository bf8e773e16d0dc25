import { Controller, Get, HttpCode, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Sql, type Statement } from '../database/sql.js';

const ping: Statement = { name: 'operations.ping', text: 'SELECT 1' };

interface Readiness {
  status: 'ready' | 'not ready';
  database: 'up' | 'down';
}

/** For whoever runs it: is the process alive, can it do its work. */
@Controller('health')
export class HealthController {
  constructor(private readonly sql: Sql) {}

  /** 200 as long as the process answers. */
  @Get('live')
  @HttpCode(200)
  live(): { status: 'alive' } {
    return { status: 'alive' };
  }

  /** 200 when it can do its work, 503 when it can't; the body says what is missing. */
  @Get('ready')
  async ready(@Res({ passthrough: true }) response: Response): Promise<Readiness> {
    const up = await this.sql.rows(ping, []).then(
      () => true,
      () => false,
    );
    response.status(up ? 200 : 503);
    return { status: up ? 'ready' : 'not ready', database: up ? 'up' : 'down' };
  }
}
