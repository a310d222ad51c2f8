import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import path from 'node:path'

/**
 * Packs every package as it would be published.
 * @param directory gets the tarballs.
 * @returns absolute path of the tarball by name of the package's folder.
 */
export function packAll(root: string, directory: string): Map<string, string> {
  execFileSync('pnpm', ['--recursive', '--filter', './packages/*', 'pack', '--pack-destination', directory], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
  return new Map(readdirSync(directory).filter((name) => name.endsWith('.tgz')).sort()
    .map((name) => [name.replace(/^copycat-/, '').replace(/-\d+\.\d+\.\d+.*\.tgz$/, ''), path.join(directory, name)]))
}
