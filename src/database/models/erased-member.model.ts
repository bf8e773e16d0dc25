import { Column, DataType, Model, Table } from 'sequelize-typescript';

/** A chat that an erased user was in: by it `sync` tells its members of the empty profile. */
@Table({ tableName: 'erased_members', timestamps: false })
export class ErasedMember extends Model {
  @Column({ type: DataType.BIGINT, primaryKey: true })
  declare chatId: number;

  @Column({ type: DataType.BIGINT, primaryKey: true })
  declare userId: number;

  @Column(DataType.DATE(3))
  declare at: Date;
}
