import { Module } from '@nestjs/common';
import { BusModule } from '../common/bus.js';
import { DeliveryModule } from '../delivery/delivery.module.js';
import { Blocks } from './blocks.js';
import { BlocksController } from './blocks.controller.js';
import { BlocksGateway } from './blocks.gateway.js';
import { BlocksService } from './blocks.service.js';
import { DirectoryModule } from '../users/directory/directory.module.js';
import { DatabaseModule } from '../database/database.module.js';

/** Who blocks whom. */
@Module({
  imports: [DatabaseModule, BusModule, DeliveryModule, DirectoryModule],
  controllers: [BlocksController],
  providers: [Blocks, BlocksGateway, BlocksService],
  exports: [Blocks],
})
export class BlocksModule {}
