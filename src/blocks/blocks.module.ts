import { Global, Module } from '@nestjs/common';
import { Blocks } from './blocks.js';
import { BlocksController } from './blocks.controller.js';
import { BlocksGateway } from './blocks.gateway.js';
import { BlocksService } from './blocks.service.js';
import { DirectoryModule } from '../users/directory/directory.module.js';

/** Who blocks whom. */
@Global()
@Module({
  imports: [DirectoryModule],
  controllers: [BlocksController],
  providers: [Blocks, BlocksGateway, BlocksService],
  exports: [Blocks],
})
export class BlocksModule {}
