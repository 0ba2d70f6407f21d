import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";

const WCAG_22_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

async function judged(page: Page): Promise<string[]> {
  await page.waitForFunction(() => document.getAnimations().every((animation) => !(animation instanceof CSSTransition)));
  const { violations } = await new AxeBuilder({ page }).withTags(WCAG_22_AA).analyze();
  return violations.map((violation) => `${violation.id} ${violation.nodes[0]?.target.join(" ")}`);
}

/**
 * Each rule of WCAG 2.2 AA that the page breaks, with the first place. Colours are judged where they come to rest: between two of them a button may be as
 * pale as it likes. A page that began to move while it was judged is judged once more.
 */
export async function violationsOf(page: Page): Promise<string[]> {
  const seen = await judged(page);
  return seen.length === 0 ? seen : judged(page);
}
