import { Column, DataType, Model, Table } from 'sequelize-typescript';

/** Which tokens of a user are refused because they were issued too early. */
@Table({ tableName: 'token_bounds', timestamps: false })
export class TokenBound extends Model {
  @Column({ type: DataType.BIGINT, primaryKey: true })
  declare userId: number;

  /** Tokens of this server from an earlier generation are refused. */
  @Column(DataType.INTEGER)
  declare generation: number;

  /** Tokens that were issued before it are refused, whoever issued them. */
  @Column(DataType.DATE(3))
  declare notBefore: Date | null;

  @Column(DataType.DATE(3))
  declare changedAt: Date;
}
