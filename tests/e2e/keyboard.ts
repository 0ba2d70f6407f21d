import { expect, type Locator, type Page } from "@playwright/test";

/** More than any page has stops: a page with a trap runs into it. */
const STOPS_MAX = 300;
/** Thick enough to be seen (the design's ring). */
const RING_PX_MIN = 2;

/** What holds the focus shows it: a ring of its own, or of the field that it stands in. */
async function seesFocus(page: Page): Promise<void> {
  const shown = await page.evaluate((least) => {
    for (let element: Element | null = document.activeElement, up = 0; element && up < 4; element = element.parentElement, up++) {
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
      if ((outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= least) || (boxShadow !== "none" && element.matches(":focus-within"))) return true;
    }
    return false;
  }, RING_PX_MIN);
  expect(shown, `the focus is not to be seen on ${await page.evaluate(() => document.activeElement?.outerHTML.slice(0, 160))}`).toBe(true);
}

/** The keyboard alone: only what Tab reaches can be used, and its focus has to be visible there. */
export async function tabTo(page: Page, target: Locator, key: "Tab" | "Shift+Tab" = "Tab"): Promise<void> {
  await expect(target).toBeVisible();
  for (let stops = 0; stops < STOPS_MAX; stops++) {
    if (await target.evaluate((element) => element === document.activeElement)) return seesFocus(page);
    await page.keyboard.press(key);
  }
  throw new Error(`the keyboard does not reach ${target}`);
}

export async function pressOn(page: Page, target: Locator): Promise<void> {
  await tabTo(page, target);
  await page.keyboard.press("Enter");
}

export async function typeInto(page: Page, target: Locator, text: string): Promise<void> {
  await tabTo(page, target);
  await page.keyboard.type(text);
}
