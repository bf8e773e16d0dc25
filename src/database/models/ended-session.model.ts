import { Column, DataType, Model, Table } from 'sequelize-typescript';

/** A session that ended within the last day, whose access tokens are refused. */
@Table({ tableName: 'ended_sessions', timestamps: false })
export class EndedSession extends Model {
  @Column({ type: DataType.UUID, primaryKey: true })
  declare id: string;

  @Column(DataType.BIGINT)
  declare userId: number;

  @Column(DataType.DATE(3))
  declare endedAt: Date;
}
