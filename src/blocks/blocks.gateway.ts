import { WebSocketGateway } from '@nestjs/websockets';
import type { BlockView } from '../contract/index.js';
import type { CommandRequest } from '../commands/request.js';
import { Command } from '../sockets/command.decorator.js';
import { BlocksService } from './blocks.service.js';

@WebSocketGateway()
export class BlocksGateway {
  constructor(private readonly blocks: BlocksService) {}

  @Command('blockUser')
  blockUser({ actor, input }: CommandRequest<'blockUser'>): Promise<BlockView> {
    return this.blocks.block(actor, input);
  }

  @Command('unblockUser')
  unblockUser({ actor, input }: CommandRequest<'unblockUser'>): Promise<BlockView> {
    return this.blocks.unblock(actor, input);
  }

  @Command('getBlocks')
  getBlocks({ actor, input }: CommandRequest<'getBlocks'>): Promise<BlockView[]> {
    return this.blocks.page(actor, input);
  }
}
