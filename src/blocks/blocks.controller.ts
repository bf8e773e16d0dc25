import { Controller } from '@nestjs/common';
import type { BlockView } from '../contract/index.js';
import { Asked } from '../rest/command-request.decorator.js';
import { Route } from '../rest/route.decorator.js';
import type { CommandRequest } from '../commands/request.js';
import { BlocksService } from './blocks.service.js';

@Controller()
export class BlocksController {
  constructor(private readonly blocks: BlocksService) {}

  @Route('blockUser')
  blockUser(@Asked() { actor, input }: CommandRequest<'blockUser'>): Promise<BlockView> {
    return this.blocks.block(actor, input);
  }

  @Route('unblockUser')
  unblockUser(@Asked() { actor, input }: CommandRequest<'unblockUser'>): Promise<BlockView> {
    return this.blocks.unblock(actor, input);
  }

  @Route('getBlocks')
  getBlocks(@Asked() { actor, input }: CommandRequest<'getBlocks'>): Promise<BlockView[]> {
    return this.blocks.page(actor, input);
  }
}
