/**
 * A smallest part that still fails, in the sense that no single item can be left out of it (Zeller and Hildebrandt: Simplifying and isolating
 * failure-inducing input, 2002). Keeps the order of the items.
 * @param items what fails as a whole; that is taken for granted.
 * @param fails judges a part; what it refuses to judge, because its time is over, it says does not fail.
 */
export async function ddmin<Item>(items: readonly Item[], fails: (part: readonly Item[]) => Promise<boolean>): Promise<readonly Item[]> {
  if (items.length === 0 || await fails([])) return []
  let kept = items
  for (let parts = 2; kept.length > 1;) {
    const smaller = await withoutOnePart(kept, parts, fails)
    if (smaller !== undefined) {
      kept = smaller
      parts = Math.max(2, parts - 1)
    } else if (parts < kept.length) {
      parts = Math.min(kept.length, parts * 2)
    } else {
      return kept
    }
  }
  return kept
}

/** Leaves out each of so many parts in turn, the last one first: what happened late matters least. */
async function withoutOnePart<Item>(
  items: readonly Item[], parts: number, fails: (part: readonly Item[]) => Promise<boolean>,
): Promise<readonly Item[] | undefined> {
  for (let part = parts - 1; part >= 0; part--) {
    const from = Math.floor(part * items.length / parts)
    const to = Math.floor((part + 1) * items.length / parts)
    const rest = [...items.slice(0, from), ...items.slice(to)]
    if (await fails(rest)) return rest
  }
  return undefined
}
