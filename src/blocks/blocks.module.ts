import { Global, Module } from '@nestjs/common';
import { Blocks } from './blocks.js';
import { BlocksController } from './blocks.controller.js';
import { BlocksGateway } from './blocks.gateway.js';
import { BlocksService } from './blocks.service.js';

/** Who blocks whom. */
@Global()
@Module({
  controllers: [BlocksController],
  providers: [Blocks, BlocksGateway, BlocksService],
  exports: [Blocks],
})
export class BlocksModule {}
