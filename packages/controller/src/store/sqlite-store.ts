/** The default store: one SQLite file. A change that was acknowledged survives `kill -9` and a power cut. */
import { closeSync, openSync } from 'node:fs';
import type { NetworkId, NodeAddress } from '@ztkit/types';
import Database from 'libsql';
import type { z } from 'zod';
import { ControllerError } from '../domain/errors.js';
import { canonicalText } from '../domain/json.js';
import { type MemberRecord, memberSchema } from '../domain/member.js';
import { type NetworkRecord, networkSchema } from '../domain/network.js';
import { MIGRATIONS } from './migrations.js';
import type { ControllerStore, StoredNetwork } from './store.js';

/** How long a change waits for another process that holds the file, ms. */
const BUSY_TIMEOUT_MS = 5000;

/** Records in a SQLite database in WAL mode with full synchronisation. */
export class SqliteStore implements ControllerStore {
  readonly #path: string;
  readonly #database: Database.Database;
  #open = true;
  /** SQLite's count of changes made by others, as it was when the records were read. */
  #dataVersion: number;

  /**
   * Opens or creates the file and brings its schema up to date. `:memory:` is a database without a file.
   * @throws ControllerError `ERR_CONTROLLER_STORE`
   */
  constructor(path: string) {
    this.#path = path;
    try {
      // Records hold join tokens: the file is made for its owner only, and SQLite gives its side files the same mode.
      if (path !== ':memory:') closeSync(openSync(path, 'a', 0o600));
      this.#database = new Database(path, { timeout: BUSY_TIMEOUT_MS });
    } catch (cause) {
      throw this.#failure('could not be opened', cause);
    }
    try {
      this.#prepare();
      this.#dataVersion = this.#pragma('data_version');
    } catch (cause) {
      this.#database.close();
      throw cause instanceof ControllerError ? cause : this.#failure('could not be prepared', cause);
    }
  }

  #prepare(): void {
    this.#database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;');
    const version = this.#pragma('user_version');
    if (version > MIGRATIONS.length) {
      const detail = `has schema version ${version}; this program knows ${MIGRATIONS.length}: use a newer ztkit`;
      throw new ControllerError('ERR_CONTROLLER_STORE', `The database ${this.#path} ${detail}`);
    }
    for (const [index, sql] of MIGRATIONS.entries()) {
      if (index >= version) this.#database.exec(`BEGIN IMMEDIATE; ${sql} PRAGMA user_version = ${index + 1}; COMMIT;`);
    }
  }

  /** A numeric setting of the connection. */
  #pragma(name: 'user_version' | 'data_version'): number {
    const row: unknown = this.#database.prepare(`PRAGMA ${name}`).get();
    const value: unknown = typeof row === 'object' && row !== null ? Reflect.get(row, name) : undefined;
    return Number(value);
  }

  async load(): Promise<readonly StoredNetwork[]> {
    this.#requireOpen();
    this.#dataVersion = this.#pragma('data_version');
    const networks = this.#records('network', networkSchema);
    const members = new Map<NetworkId, MemberRecord[]>(networks.map(({ id }) => [id, []]));
    for (const member of this.#records('member', memberSchema)) members.get(member.nwid)?.push(member);
    return networks.map((network) => ({ network, members: members.get(network.id) ?? [] }));
  }

  async putNetwork(network: NetworkRecord): Promise<void> {
    this.#write(
      `INSERT INTO network (id, revision, record) VALUES (?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, record = excluded.record`,
      [network.id, network.revision, canonicalText(network)],
    );
  }

  async deleteNetwork(network: NetworkId): Promise<void> {
    this.#write('DELETE FROM network WHERE id = ?', [network]);
  }

  async putMember(member: MemberRecord): Promise<void> {
    this.#write(
      `INSERT INTO member (network, id, authorized, revision, record) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (network, id) DO UPDATE
       SET authorized = excluded.authorized, revision = excluded.revision, record = excluded.record`,
      [member.nwid, member.id, member.authorized ? 1 : 0, member.revision, canonicalText(member)],
    );
  }

  async deleteMember(network: NetworkId, member: NodeAddress): Promise<void> {
    this.#write('DELETE FROM member WHERE network = ? AND id = ?', [network, member]);
  }

  async loadClock(): Promise<number> {
    this.#requireOpen();
    const row: unknown = this.#database.prepare('SELECT issued_until FROM clock').get();
    const until: unknown = typeof row === 'object' && row !== null ? Reflect.get(row, 'issued_until') : undefined;
    return Number(until ?? 0);
  }

  async saveClock(until: number): Promise<void> {
    this.#write(
      `INSERT INTO clock (id, issued_until) VALUES (1, ?)
       ON CONFLICT (id) DO UPDATE SET issued_until = excluded.issued_until`,
      [until],
    );
  }

  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    this.#database.close();
  }

  /** One statement as one transaction, refused when somebody else has written: memory would not be what the file is. */
  #write(sql: string, values: (string | number)[]): void {
    this.#requireOpen();
    try {
      this.#database.exec('BEGIN IMMEDIATE');
      if (this.#pragma('data_version') !== this.#dataVersion)
        throw new Error('another program has changed it; restart');
      this.#database.prepare(sql).run(...values);
      this.#database.exec('COMMIT');
    } catch (cause) {
      if (this.#database.inTransaction) this.#database.exec('ROLLBACK');
      throw this.#failure('could not be written', cause);
    }
  }

  #records<S extends z.ZodType>(table: 'network' | 'member', schema: S): z.output<S>[] {
    this.#requireOpen();
    let rows: unknown[];
    try {
      rows = this.#database.prepare(`SELECT record FROM ${table} ORDER BY id`).all();
    } catch (cause) {
      throw this.#failure('could not be read', cause);
    }
    return rows.map((row) => this.#parse(row, table, schema));
  }

  #parse<S extends z.ZodType>(row: unknown, table: string, schema: S): z.output<S> {
    const text = typeof row === 'object' && row !== null && 'record' in row ? String(row.record) : '';
    try {
      return schema.parse(JSON.parse(text));
    } catch (cause) {
      throw this.#failure(`holds a ${table} record that is damaged (it begins ${text.slice(0, 60)})`, cause);
    }
  }

  #requireOpen(): void {
    if (!this.#open) throw new ControllerError('ERR_CONTROLLER_STORE', `The database ${this.#path} is closed`);
  }

  #failure(what: string, cause: unknown): ControllerError {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return new ControllerError('ERR_CONTROLLER_STORE', `The database ${this.#path} ${what}: ${reason}`, { cause });
  }
}
