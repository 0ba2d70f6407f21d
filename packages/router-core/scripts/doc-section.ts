import fs from "node:fs";

/** Replaces what stands between `<!-- name -->` and `<!-- /name -->`. Throws where the marks are missing. */
export function replaceSection(file: string, name: string, text: string): void {
  const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const whole = fs.readFileSync(file, "utf8");
  const [from, to] = [whole.indexOf(start), whole.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${file} has no marks ${start} and ${end}`);
  fs.writeFileSync(file, `${whole.slice(0, from + start.length)}\n${text}\n${whole.slice(to)}`);
}
