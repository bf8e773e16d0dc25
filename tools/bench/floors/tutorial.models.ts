import { AutoIncrement, Column, DataType, Default, Model, PrimaryKey, Table } from 'sequelize-typescript';

@Table({ tableName: 'users' })
export class User extends Model {
  @PrimaryKey
  @Column(DataType.INTEGER)
  declare id: number;

  @Default(false)
  @Column(DataType.BOOLEAN)
  declare online: boolean;
}

@Table({ tableName: 'chats', indexes: [{ unique: true, fields: ['user1Id', 'user2Id'] }] })
export class Chat extends Model {
  @PrimaryKey
  @AutoIncrement
  @Column(DataType.INTEGER)
  declare id: number;

  @Column(DataType.INTEGER)
  declare user1Id: number;

  @Column(DataType.INTEGER)
  declare user2Id: number;
}

@Table({ tableName: 'messages', indexes: [{ fields: ['chatId'] }] })
export class Message extends Model {
  @PrimaryKey
  @AutoIncrement
  @Column(DataType.INTEGER)
  declare id: number;

  @Column(DataType.INTEGER)
  declare chatId: number;

  @Column(DataType.INTEGER)
  declare senderId: number;

  @Column(DataType.INTEGER)
  declare receiverId: number;

  @Column(DataType.TEXT)
  declare content: string;

  @Default(false)
  @Column(DataType.BOOLEAN)
  declare seen: boolean;
}
