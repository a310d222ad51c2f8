import type { MemberId } from '@copycat/utils'
import { assert } from '@copycat/utils'
import type { CorruptionGuard } from './corruption-guard.ts'
import { type DurableFiles, isNoticed, segmentPaths } from './log-coverage.ts'

/** `guarded`: only what the cluster promises to survive. `unrestricted`: anything; then it must repair, refuse or halt, and never give wrong data. */
export type AtlasMode = 'guarded' | 'unrestricted'

interface MemberFiles {
  readonly files: DurableFiles
  readonly directory: string
}

/**
 * Decides where lasting damage may land, so that each committed entry, vote and identity keeps good copies enough: at no time may more than a
 * minority of the members have lost something, and damage to a file must be of a kind that the member is certain to notice when it opens. (An older disk,
 * or an empty one, is the loss of every vote and entry since: that the cluster notices it is for the cluster to show.)
 * Source: TigerBeetle's fault atlas.
 */
export class FaultAtlas {
  private members: number
  private readonly mode: AtlasMode
  private readonly known = new Map<MemberId, MemberFiles>()
  private readonly damagedOnes = new Set<MemberId>()

  /** @param members how many voters the cluster has. */
  constructor(members: number, mode: AtlasMode = 'guarded') {
    this.members = members
    this.mode = mode
  }

  /** A member keeps its files in `directory` of this disk. @returns what the disk is to ask. */
  add(member: MemberId, files: DurableFiles, directory: string): CorruptionGuard {
    this.known.set(member, { files, directory })
    return {
      mayDamage: () => this.mayDamage(member),
      mayCorrupt: (path, offset, length) => this.mayCorrupt(member, path, offset, length),
      mayLose: (path) => this.mayLose(member, path),
      damaged: () => this.damaged(member),
      mended: () => this.mended(member),
    }
  }

  /** The cluster has so many voters from now on; what was damaged stays so. */
  resize(members: number): void {
    this.members = members
  }

  /** Members that have lost something which was not made good. */
  get damagedMembers(): ReadonlySet<MemberId> {
    return this.damagedOnes
  }

  /** Whether this member may lose something at all; of an older or an empty disk nothing else is asked. */
  mayDamage(member: MemberId): boolean {
    return this.mode === 'unrestricted' || this.damagedOnes.has(member) || this.damagedOnes.size < Math.floor((this.members - 1) / 2)
  }

  /** Whether durable bytes of a file may change. */
  mayCorrupt(member: MemberId, path: string, offset: number, length: number): boolean {
    if (this.mode === 'unrestricted') return true
    const { files, directory } = this.filesOf(member)
    const content = files.durableFile(path)
    if (!this.mayDamage(member) || content === undefined || offset < 0 || length < 1 || offset + length > content.length) return false
    if (path === `${directory}/identity`) return true
    const segments = segmentPaths(files, `${directory}/log`)
    // One slot alone must not rot: the member would go back to the older one, and vote twice. Without a log nobody misses both.
    if (path === `${directory}/meta`) return segments.length > 0 && offset === 0 && length === content.length
    return segments.includes(path) && isNoticed(content, offset, length)
  }

  /** Whether a file may vanish: where what stays shows that it was there. */
  mayLose(member: MemberId, path: string): boolean {
    if (this.mode === 'unrestricted') return true
    if (!this.mayDamage(member)) return false
    const { files, directory } = this.filesOf(member)
    const segments = segmentPaths(files, `${directory}/log`)
    if (path === `${directory}/identity` || path === `${directory}/meta`) return segments.length > 0
    const at = segments.indexOf(path)
    return at > 0 && at < segments.length - 1
  }

  /** This member has lost something. */
  damaged(member: MemberId): void {
    this.damagedOnes.add(member)
  }

  /** This member has again whatever it had lost. */
  mended(member: MemberId): void {
    this.damagedOnes.delete(member)
  }

  private filesOf(member: MemberId): MemberFiles {
    const files = this.known.get(member)
    assert(files !== undefined, () => `the files of member ${member} are not known`)
    return files
  }
}
