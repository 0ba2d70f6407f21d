import { test as base, type Page } from "@playwright/test";

/** Of a page whose script never comes; the assertion that follows says more than this wait would. */
const WAIT_MS_MAX = 15_000;

/** A document shows its controls before the script that moves them is there. A person who is a moment slower finds them moving, and so does a test. */
async function untilControlsMove(page: Page): Promise<void> {
  const moves = (): boolean => [...document.querySelectorAll("button, input, select, textarea")].every((control) => Object.keys(control).some((key) => key.startsWith("__reactProps")));
  await page.waitForFunction(moves, undefined, { timeout: WAIT_MS_MAX }).catch(() => undefined);
}

/** The same page; what loads a document waits until it can be used. */
export function usable(page: Page): Page {
  const [goto, reload] = [page.goto.bind(page), page.reload.bind(page)];
  page.goto = async (...given) => {
    const response = await goto(...given);
    await untilControlsMove(page);
    return response;
  };
  page.reload = async (...given) => {
    const response = await reload(...given);
    await untilControlsMove(page);
    return response;
  };
  return page;
}

export const test = base.extend({ page: async ({ page }, use) => { await use(usable(page)); } });
