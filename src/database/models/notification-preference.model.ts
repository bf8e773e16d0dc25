import { Column, DataType, Model, Table } from 'sequelize-typescript';
import type { NotifyLevel } from '../../contract/index.js';
import { type CellsOf, columnsOf, type RowOf } from '../columns.js';

/** What somebody wants to be told of. Somebody without a row has the defaults. */
@Table({ tableName: 'notification_preferences', timestamps: false })
export class NotificationPreference extends Model {
  @Column({ type: DataType.BIGINT, primaryKey: true })
  declare userId: number;

  /** In direct chats without a level of their own. */
  @Column(DataType.TEXT)
  declare direct: NotifyLevel;

  /** In groups without a level of their own. */
  @Column(DataType.TEXT)
  declare groups: NotifyLevel;

  /** Whether pushes say what was written. */
  @Column(DataType.BOOLEAN)
  declare preview: boolean;

  /** While they are active on another device: pushed what is still unread after a while, or nothing. */
  @Column(DataType.TEXT)
  declare whenActive: 'unread' | 'never';

  /** Minutes of the day by the clock of `timeZone`; null: no quiet hours. */
  @Column(DataType.SMALLINT)
  declare quietFrom: number | null;

  @Column(DataType.SMALLINT)
  declare quietTo: number | null;

  /** The days on which quiet hours begin, a bit for each: 1 is Monday, 64 Sunday. */
  @Column(DataType.SMALLINT)
  declare quietDays: number;

  /** null: UTC. */
  @Column(DataType.TEXT)
  declare timeZone: string | null;
}

/** All columns but whose they are. */
export const preferenceColumns = columnsOf(
  NotificationPreference,
  'direct',
  'groups',
  'preview',
  'whenActive',
  'quietFrom',
  'quietTo',
  'quietDays',
  'timeZone',
);

export type PreferenceRow = RowOf<typeof preferenceColumns>;

export const preferenceRow = ([
  direct,
  groups,
  preview,
  whenActive,
  quietFrom,
  quietTo,
  quietDays,
  timeZone,
]: CellsOf<typeof preferenceColumns>): PreferenceRow => ({
  direct,
  groups,
  preview,
  whenActive,
  quietFrom,
  quietTo,
  quietDays,
  timeZone,
});
