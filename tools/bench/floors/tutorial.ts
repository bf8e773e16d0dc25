import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { SequelizeModule } from '@nestjs/sequelize';
import {
  ConnectedSocket,
  MessageBody,
  SubscribeMessage,
  WebSocketGateway,
  WebSocketServer,
} from '@nestjs/websockets';
import type { Server as HttpServer } from 'node:http';
import { Op } from 'sequelize';
import type { Server, Socket } from 'socket.io';
import { announce } from '../ipc.js';
import { Chat, Message, User } from './tutorial.models.js';

/**
 * Floor (c): the chat server of the usual Nest tutorial. A gateway with `@SubscribeMessage`, the stock adapter,
 * Sequelize's stock pool, and for each message a `findOne` of the chat and a `create`, with model instances throughout.
 */

interface Pair {
  user1Id: number;
  user2Id: number;
}

interface Send {
  senderId: number;
  receiverId: number;
  content: string;
}

interface Answer {
  ok: true;
  data?: unknown;
}

@WebSocketGateway({ transports: ['websocket'] })
class ChatGateway {
  @WebSocketServer()
  private readonly server!: Server;

  @SubscribeMessage('userOnline')
  async userOnline(@MessageBody() id: number, @ConnectedSocket() socket: Socket): Promise<Answer> {
    await User.upsert({ id, online: true });
    await socket.join(`user:${id}`);
    return { ok: true };
  }

  @SubscribeMessage('createChat')
  async createChat(@MessageBody() { user1Id, user2Id }: Pair): Promise<Answer> {
    const [chat] = await Chat.findOrCreate({ where: { user1Id, user2Id } });
    return { ok: true, data: chat };
  }

  @SubscribeMessage('sendMessage')
  async sendMessage(@MessageBody() { senderId, receiverId, content }: Send): Promise<Answer> {
    const people = [senderId, receiverId];
    const chat = await Chat.findOne({
      where: { user1Id: { [Op.in]: people }, user2Id: { [Op.in]: people } },
    });
    const message = await Message.create({ chatId: chat?.id, senderId, receiverId, content });
    this.server.to(`user:${senderId}`).to(`user:${receiverId}`).emit('newMessage', message);
    return { ok: true, data: message };
  }
}

@Module({
  imports: [
    SequelizeModule.forRoot({
      dialect: 'postgres',
      uri: process.env['DATABASE_URL'],
      models: [User, Chat, Message],
      autoLoadModels: true,
      synchronize: true,
      logging: false,
    }),
    SequelizeModule.forFeature([User, Chat, Message]),
  ],
  providers: [ChatGateway],
})
class TutorialModule {}

const app = await NestFactory.create(TutorialModule, { logger: ['error', 'warn'] });
await app.listen(0, '127.0.0.1');
const address = (app.getHttpServer() as HttpServer).address();
if (address !== null && typeof address === 'object') announce(address.port);
