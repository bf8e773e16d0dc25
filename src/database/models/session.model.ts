import { Column, DataType, Model, Table } from 'sequelize-typescript';

/** A family of refresh tokens, of which only the newest is valid. */
@Table({ tableName: 'sessions', timestamps: false })
export class Session extends Model {
  @Column({ type: DataType.UUID, primaryKey: true })
  declare id: string;

  @Column(DataType.BIGINT)
  declare userId: number;

  /** SHA-256 of the secret of the newest token. */
  @Column(DataType.BLOB)
  declare tokenHash: Buffer;

  @Column(DataType.DATE(3))
  declare createdAt: Date;

  @Column(DataType.DATE(3))
  declare refreshedAt: Date;

  @Column(DataType.DATE(3))
  declare expiresAt: Date;
}
