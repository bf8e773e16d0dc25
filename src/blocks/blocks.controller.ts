import { Controller } from '@nestjs/common';
import type { BlockView } from '../contract/index.js';
import { CommandParam } from '../rest/command-param.decorator.js';
import { Route } from '../rest/route.decorator.js';
import type { CommandRequest } from '../commands/request.js';
import { BlocksService } from './blocks.service.js';

@Controller()
export class BlocksController {
  constructor(private readonly blocks: BlocksService) {}

  @Route('blockUser')
  blockUser(@CommandParam() { actor, input }: CommandRequest<'blockUser'>): Promise<BlockView> {
    return this.blocks.block(actor, input);
  }

  @Route('unblockUser')
  unblockUser(@CommandParam() { actor, input }: CommandRequest<'unblockUser'>): Promise<BlockView> {
    return this.blocks.unblock(actor, input);
  }

  @Route('getBlocks')
  getBlocks(@CommandParam() { actor, input }: CommandRequest<'getBlocks'>): Promise<BlockView[]> {
    return this.blocks.page(actor, input);
  }
}
