export interface DiffLine { readonly kind: "same" | "add" | "del"; readonly text: string }

/** Lengths of the longest common subsequences of every pair of tails. */
function tails(before: readonly string[], after: readonly string[]): number[][] {
  const lengths = Array.from({ length: before.length + 1 }, () => Array.from({ length: after.length + 1 }, () => 0));
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      const row = lengths[i] ?? [];
      row[j] = before[i] === after[j] ? (lengths[i + 1]?.[j + 1] ?? 0) + 1 : Math.max(lengths[i + 1]?.[j] ?? 0, row[j + 1] ?? 0);
    }
  }
  return lengths;
}

/** A line diff by longest common subsequence. Preset documents have some thousand lines at the very most, so the square table is small enough. */
export function diffLines(beforeText: string, afterText: string): DiffLine[] {
  const [before, after] = [beforeText.split("\n"), afterText.split("\n")];
  const lengths = tails(before, after);
  const lines: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    if (i < before.length && j < after.length && before[i] === after[j]) {
      lines.push({ kind: "same", text: before[i] ?? "" });
      i++;
      j++;
    } else if (j >= after.length || (i < before.length && (lengths[i + 1]?.[j] ?? 0) >= (lengths[i]?.[j + 1] ?? 0))) lines.push({ kind: "del", text: before[i++] ?? "" });
    else lines.push({ kind: "add", text: after[j++] ?? "" });
  }
  return lines;
}
