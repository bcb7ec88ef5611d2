import { createHash, randomBytes } from 'node:crypto';

/** The data of an entity that Logto stores and the emulator's options do not contain. */
export interface EntityDetails {
  readonly id: string;
  /** Milliseconds. */
  readonly createdAt: number;
  /** The name of a resource, which the emulator's options do not have. */
  name?: string;
  description?: string | null;
  type?: 'User' | 'MachineToMachine';
}

/** A new random id in Logto's format. */
export function randomId(): string {
  return randomBytes(16).toString('hex').slice(0, 21);
}

/** An id that is derived from a name, so that it is the same at every start. */
export function idOf(kind: string, ...names: string[]): string {
  return createHash('sha256')
    .update(JSON.stringify([kind, ...names]))
    .digest('hex')
    .slice(0, 21);
}

/** The ids of roles and resources. The emulator's options, where they are defined, refer to them by name. */
export class EntityIds {
  private readonly details = new WeakMap<object, EntityDetails>();
  private readonly startedAt = Date.now();

  /** Registers an entity that was created by a request. */
  add(entity: object, details: Omit<EntityDetails, 'id' | 'createdAt'> = {}): void {
    this.details.set(entity, { ...details, id: randomId(), createdAt: Date.now() });
  }

  /** The details of an entity. One from the options gets them at the first request. */
  getOrCreate(kind: string, name: string, entity: object): EntityDetails {
    const known = this.details.get(entity) ?? { id: idOf(kind, name), createdAt: this.startedAt };
    this.details.set(entity, known);
    return known;
  }
}
