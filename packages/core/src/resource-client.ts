import type { Serializer } from '@copycat/serializer'
import { type Logger, warningLogger } from '@copycat/utils'
import { ResourceTypeError } from './errors.ts'
import { type Creation, decodeCreation, decodeKeys, ManagerTag, writeForce } from './manager-operations.ts'
import type { CallOptions, DeleteOptions, OperationClient, ReadOptions } from './operation-client.ts'
import { namingPath, ResourceContext } from './resource-context.ts'
import { ResourceEvents } from './resource-events.ts'
import { checkResourcePath } from './resource-path.ts'
import { checkResourceType, type ResourceType, resourceTypeKey } from './resource-type.ts'
import type { Resource } from './resource.ts'

/** Paths that one query for keys asks for. */
const keysPerQuery = 1000

/** Finds, creates and deletes resources by way of a client whose cluster runs a `ResourceManager`. */
export class ResourceClient {
  private readonly client: OperationClient
  private readonly serializer: Serializer
  private readonly events: ResourceEvents

  /** @param logger told what listeners throw. */
  constructor(client: OperationClient, serializer: Serializer, logger: Logger = warningLogger()) {
    this.client = client
    this.serializer = serializer
    this.events = new ResourceEvents(client, serializer, logger)
  }

  async exists(path: string, options?: ReadOptions): Promise<boolean> {
    checkResourcePath(path)
    return this.client.submitQuery((out) => out.writeUint8(ManagerTag.exists).writeString(path), isYes, options)
  }

  async get<R extends Resource>(path: string, type: ResourceType<R>, options?: ReadOptions): Promise<R | undefined> {
    checkResourcePath(path)
    checkResourceType(type, 'type')
    const creation = await this.client.submitQuery(
      (out) => out.writeUint8(ManagerTag.get).writeString(path),
      (bytes) => bytes === undefined ? undefined : decodeCreation(bytes), options,
    )
    return creation === undefined ? undefined : this.instance(path, type, creation)
  }

  async create<R extends Resource>(path: string, type: ResourceType<R>, options?: CallOptions): Promise<R> {
    checkResourcePath(path)
    checkResourceType(type, 'type')
    const creation = await this.client.submitCommand(
      (out) => out.writeUint8(ManagerTag.create).writeString(path).writeString(type.type).writeVarint(type.version),
      (bytes) => decodeCreation(bytes ?? new Uint8Array(0)), options,
    )
    return this.instance(path, type, creation)
  }

  async delete(path: string, options?: DeleteOptions): Promise<boolean> {
    checkResourcePath(path)
    const call = this.client.submitCommand((out) => {
      out.writeUint8(ManagerTag.delete).writeString(path)
      writeForce(out, options?.force)
    }, isYes, options)
    return namingPath(path, call)
  }

  async keys(prefix = '', options?: ReadOptions): Promise<string[]> {
    const keys: string[] = []
    for (;;) {
      const after = keys.at(-1) ?? ''
      const page = await this.client.submitQuery(
        (out) => out.writeUint8(ManagerTag.keys).writeString(prefix).writeString(after).writeVarint(keysPerQuery),
        (bytes) => bytes === undefined ? [] : decodeKeys(bytes), options,
      )
      for (const key of page) keys.push(key)
      if (page.length < keysPerQuery) return keys
    }
  }

  private instance<R extends Resource>(path: string, type: ResourceType<R>, creation: Creation): R {
    const requested = resourceTypeKey(type)
    const actual = resourceTypeKey(creation)
    if (actual !== requested) throw new ResourceTypeError(path, requested, actual)
    return new type(new ResourceContext({ client: this.client, events: this.events, serializer: this.serializer, path, id: creation.id }))
  }
}

function isYes(bytes: Uint8Array | undefined): boolean {
  return bytes?.[0] === 1
}
