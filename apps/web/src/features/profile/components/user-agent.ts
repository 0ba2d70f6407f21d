const BROWSERS: readonly [RegExp, string][] = [[/\bEdg\//, "Edge"], [/\bOPR\//, "Opera"], [/\bFirefox\//, "Firefox"], [/\b(Headless)?Chrome\//, "Chrome"], [/\bSafari\//, "Safari"]];
const SYSTEMS: readonly [RegExp, string][] = [[/iPhone|iPad/, "iOS"], [/Android/, "Android"], [/Windows/, "Windows"], [/Mac OS X/, "macOS"], [/Linux/, "Linux"]];

/** "Chrome on macOS"; what is not known reads as it came. */
export function browserName(userAgent: string | null): string {
  if (!userAgent) return "Unknown browser";
  const named = (table: readonly [RegExp, string][]): string | undefined => table.find(([sign]) => sign.test(userAgent))?.[1];
  const [browser, system] = [named(BROWSERS), named(SYSTEMS)];
  return browser ? `${browser}${system ? ` on ${system}` : ""}` : userAgent;
}
